#include "proto/aof/aof_manifest.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"

#include <stdio.h>

enum { WORDS_MAX = 64 };

/* The words of a line, unescaped into `bytes`. */
struct words {
    struct span items[WORDS_MAX];
    uint32_t count;
    char bytes[AOF_MANIFEST_LINE_MAX];
    size_t used;
};

const char *aof_manifest_error_text(enum aof_manifest_error error)
{
    switch (error) {
    case AOF_MANIFEST_FINE:
        return "nothing is wrong";
    case AOF_MANIFEST_EMPTY:
        return "Found an empty AOF manifest";
    case AOF_MANIFEST_LINE_TOO_LONG:
        return "The AOF manifest file contains too long line";
    case AOF_MANIFEST_FORMAT:
        return "Invalid AOF manifest file format";
    case AOF_MANIFEST_PATH:
        return "File can't be a path, just a filename";
    case AOF_MANIFEST_TYPE:
        return "Unknown AOF file type";
    case AOF_MANIFEST_TWO_BASES:
        return "Found duplicate base file information";
    case AOF_MANIFEST_ORDER:
        return "Found a non-monotonic sequence number";
    case AOF_MANIFEST_TOO_MANY:
        return "More files than can be";
    }
    UNREACHABLE();
}

/* ---- Words ---- */

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n' || byte == '\v' ||
           byte == '\f';
}

/* Letters that stand behind a backslash, and the bytes that they mean. */
static const char letters[] = "nrtba";
static const char meanings[] = "\n\r\t\b\a";

/* What stands behind a backslash inside double quotes; returns where it ends. */
static const char *unescape(const char *at, const char *end, char *byte)
{
    const char *letter;

    if (end - at >= 3 && at[0] == 'x' && number_hexadecimal_digit(at[1]) >= 0 &&
        number_hexadecimal_digit(at[2]) >= 0) {
        *byte = (char)(number_hexadecimal_digit(at[1]) << 4 | number_hexadecimal_digit(at[2]));
        return at + 3;
    }
    letter = memchr(letters, *at, sizeof(letters) - 1);
    *byte = letter != NULL ? meanings[letter - letters] : *at;
    return at + 1;
}

/* A word in quotes, from behind the first of them; NULL when it does not end as it must. */
static const char *take_quoted(struct words *words, const char *at, const char *end, char quote)
{
    while (at < end && *at != quote) {
        char byte = *at++;

        if (byte == '\\' && at < end && (quote == '"' || *at == '\''))
            at = unescape(at, end, &byte);
        words->bytes[words->used++] = byte;
    }
    if (at == end || (at + 1 < end && !is_blank(at[1])))
        return NULL;
    return at + 1;
}

static bool split(struct words *words, struct span line)
{
    const char *at = line.data;
    const char *end = line.data + line.length;

    words->count = 0;
    words->used = 0;
    ASSERT(line.length <= sizeof(words->bytes));
    for (;;) {
        size_t start = words->used;

        while (at < end && is_blank(*at))
            at++;
        if (at == end)
            return true;
        if (words->count == WORDS_MAX)
            return false;
        if (*at == '"' || *at == '\'') {
            at = take_quoted(words, at + 1, end, *at);
            if (at == NULL)
                return false;
        } else {
            while (at < end && !is_blank(*at))
                words->bytes[words->used++] = *at++;
        }
        words->items[words->count++] = span_of(words->bytes + start, words->used - start);
    }
}

/* ---- Lines ---- */

static bool is_name(struct span name)
{
    return name.length > 0 && name.length <= AOF_NAME_MAX &&
           memchr(name.data, '/', name.length) == NULL &&
           memchr(name.data, '\\', name.length) == NULL &&
           memchr(name.data, '\0', name.length) == NULL && !span_is(name, ".") &&
           !span_is(name, "..");
}

/* Does the file fit behind those that are there? */
static enum aof_manifest_error check_order(const struct aof_manifest *manifest,
                                           const struct aof_file *file)
{
    if (manifest->count == AOF_MANIFEST_FILES_MAX)
        return AOF_MANIFEST_TOO_MANY;
    if (file->type == AOF_FILE_BASE && aof_manifest_base(manifest) != NULL)
        return AOF_MANIFEST_TWO_BASES;
    if (file->type != AOF_FILE_INCREMENT)
        return AOF_MANIFEST_FINE;
    for (uint32_t i = manifest->count; i-- > 0;)
        if (manifest->files[i].type == AOF_FILE_INCREMENT)
            return manifest->files[i].sequence < file->sequence ? AOF_MANIFEST_FINE
                                                                : AOF_MANIFEST_ORDER;
    return AOF_MANIFEST_FINE;
}

static enum aof_manifest_error take_pair(struct aof_file *file, struct span *name, struct span word,
                                         struct span value)
{
    if (span_is(word, "file")) {
        if (!is_name(value))
            return AOF_MANIFEST_PATH;
        *name = value;
    } else if (span_is(word, "seq")) {
        if (!number_parse_unsigned(value, &file->sequence) || file->sequence == 0 ||
            file->sequence > INT64_MAX)
            return AOF_MANIFEST_FORMAT;
    } else if (span_is(word, "type")) {
        if (value.length != 1 || strchr("bhi", value.data[0]) == NULL)
            return AOF_MANIFEST_TYPE;
        file->type = (enum aof_file_type)value.data[0];
    }
    return AOF_MANIFEST_FINE;
}

static enum aof_manifest_error parse_line(struct aof_manifest *manifest, struct span line)
{
    struct aof_file file = {0};
    struct span name = {0};
    struct words words;
    enum aof_manifest_error error;

    if (!split(&words, line) || words.count < 6 || words.count % 2 != 0)
        return AOF_MANIFEST_FORMAT;
    for (uint32_t i = 0; i < words.count; i += 2) {
        error = take_pair(&file, &name, words.items[i], words.items[i + 1]);
        if (error != AOF_MANIFEST_FINE)
            return error;
    }
    if (name.length == 0 || file.sequence == 0 || file.type == 0)
        return AOF_MANIFEST_FORMAT;
    error = check_order(manifest, &file);
    if (error == AOF_MANIFEST_FINE)
        aof_manifest_add(manifest, name, file.sequence, file.type);
    return error;
}

enum aof_manifest_error aof_manifest_parse(struct aof_manifest *manifest, struct span text,
                                           uint32_t *line)
{
    enum aof_manifest_error error = AOF_MANIFEST_FINE;
    const char *at = text.data;
    const char *end = text.data + text.length;

    ASSERT(manifest->count == 0);
    *line = 0;
    while (at < end && error == AOF_MANIFEST_FINE) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));

        ++*line;
        if (stop == NULL || stop - at >= AOF_MANIFEST_LINE_MAX)
            error = AOF_MANIFEST_LINE_TOO_LONG;
        else if (*at != '#')
            error = parse_line(manifest, span_of(at, (size_t)(stop - at)));
        if (stop != NULL)
            at = stop + 1;
    }
    if (error == AOF_MANIFEST_FINE && manifest->count == 0)
        error = AOF_MANIFEST_EMPTY;
    if (error != AOF_MANIFEST_FINE)
        aof_manifest_free(manifest);
    return error;
}

/* ---- The manifest itself ---- */

void aof_manifest_add(struct aof_manifest *manifest, struct span name, uint64_t sequence,
                      enum aof_file_type type)
{
    ASSERT(is_name(name));
    ASSERT(sequence > 0);
    if (manifest->count == manifest->capacity) {
        manifest->capacity = manifest->capacity == 0 ? 8 : manifest->capacity * 2;
        manifest->files =
            memory_resize(manifest->files, manifest->capacity * sizeof(*manifest->files));
    }
    manifest->files[manifest->count++] = (struct aof_file){
        .name = memory_copy(name.data, name.length), .sequence = sequence, .type = type};
}

static bool is_plain(const char *name)
{
    for (const char *at = name; *at != '\0'; at++)
        if (*at <= ' ' || *at >= 0x7f || *at == '"' || *at == '\'' || *at == '\\')
            return false;
    return true;
}

/* A byte of a name as it stands inside double quotes; returns where the next one goes. */
static char *escape(char *at, char byte)
{
    static const char digits[] = "0123456789abcdef";
    const char *meaning = memchr(meanings, byte, sizeof(meanings) - 1);

    if (byte != '"' && byte != '\\' && byte >= ' ' && byte < 0x7f) {
        *at++ = byte;
        return at;
    }
    *at++ = '\\';
    if (meaning != NULL) {
        *at++ = letters[meaning - meanings];
    } else if (byte == '"' || byte == '\\') {
        *at++ = byte;
    } else {
        *at++ = 'x';
        *at++ = digits[(unsigned char)byte >> 4];
        *at++ = digits[(unsigned char)byte & 15];
    }
    return at;
}

size_t aof_manifest_format_line(const struct aof_file *file, char line[AOF_MANIFEST_LINE_MAX])
{
    char quoted[AOF_NAME_MAX * 4 + 3];
    const char *name = file->name;
    char *at = quoted;
    int length;

    ASSERT(strlen(name) <= AOF_NAME_MAX);
    if (!is_plain(name)) {
        *at++ = '"';
        for (const char *byte = name; *byte != '\0'; byte++)
            at = escape(at, *byte);
        *at++ = '"';
        *at = '\0';
        name = quoted;
    }
    length = snprintf(line, AOF_MANIFEST_LINE_MAX, "file %s seq %llu type %c\n", name,
                      (unsigned long long)file->sequence, (char)file->type);
    ASSERT(length > 0 && length < AOF_MANIFEST_LINE_MAX);
    return (size_t)length;
}

const struct aof_file *aof_manifest_base(const struct aof_manifest *manifest)
{
    for (uint32_t i = 0; i < manifest->count; i++)
        if (manifest->files[i].type == AOF_FILE_BASE)
            return &manifest->files[i];
    return NULL;
}

void aof_manifest_free(struct aof_manifest *manifest)
{
    for (uint32_t i = 0; i < manifest->count; i++)
        memory_free(manifest->files[i].name);
    memory_free(manifest->files);
    *manifest = (struct aof_manifest){0};
}

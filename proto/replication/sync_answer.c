#include "proto/replication/sync_answer.h"

#include "proto/base/number.h"

static bool begins_with(struct span text, struct span word)
{
    return text.length >= word.length && memcmp(text.data, word.data, word.length) == 0;
}

/* Takes the word up to the next blank, and the blank. */
static struct span take_word(struct span *text)
{
    const char *blank = memchr(text->data, ' ', text->length);
    size_t length = blank != NULL ? (size_t)(blank - text->data) : text->length;
    struct span word = span_of(text->data, length);
    size_t used = blank != NULL ? length + 1 : length;

    *text = span_of(text->data + used, text->length - used);
    return word;
}

bool sync_id_is_valid(struct span id)
{
    if (id.length != SYNC_ID_LENGTH)
        return false;
    for (size_t i = 0; i < id.length; i++) {
        char byte = id.data[i];

        if (!((byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
              (byte >= 'A' && byte <= 'Z')))
            return false;
    }
    return true;
}

static bool take_id(struct sync_answer *answer, struct span *rest)
{
    struct span id = take_word(rest);

    answer->has_id = sync_id_is_valid(id);
    if (answer->has_id)
        memcpy(answer->id, id.data, SYNC_ID_LENGTH);
    return answer->has_id;
}

struct sync_answer sync_answer_parse(struct span line)
{
    struct sync_answer answer = {.kind = SYNC_ANSWER_STRANGE};
    struct span rest = line;
    struct span word;

    if (line.length == 0)
        return answer;
    word = take_word(&rest);
    if (span_equal(word, SPAN("+FULLRESYNC"))) {
        if (take_id(&answer, &rest) && number_parse_integer(take_word(&rest), &answer.offset) &&
            answer.offset >= 0 && answer.offset <= SYNC_OFFSET_MAX)
            answer.kind = SYNC_ANSWER_FULL;
    } else if (span_equal(word, SPAN("+CONTINUE"))) {
        if (rest.length == 0 || take_id(&answer, &rest))
            answer.kind = SYNC_ANSWER_CONTINUE;
    } else if (begins_with(line, SPAN("-NOMASTERLINK")) || begins_with(line, SPAN("-LOADING"))) {
        answer.kind = SYNC_ANSWER_LATER;
    } else if (line.data[0] == '-') {
        answer.kind = SYNC_ANSWER_REFUSED;
    }
    return answer;
}

/*
 * The libraries that scripts have beside Lua's own.
 */
#include "server/script/library.h"
#include "server/script/sandbox.h"

const struct script_library script_libraries[] = {
    {"cjson", library_json_open},
    {"cmsgpack", library_message_pack_open},
    {"struct", library_struct_open},
    {"bit", library_bit_open},
    {NULL, NULL},
};

#include "server/http/page.h"

void page_answer(struct control *control, const struct http_request *request,
                 struct http_answer *answer)
{
    (void)control;
    (void)request;
    answer->type = "text/html; charset=utf-8";
    answer->policy = page_policy;
    answer->fixed = span_of((const char *)page_bytes, page_length);
}

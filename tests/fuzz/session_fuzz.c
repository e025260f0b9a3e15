/* Any stream of messages heard by either end: bounded memory, and only states the table knows.
 *
 * Input: a byte for side and first state, then messages, each a u16 length and that many bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "proto/session/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hear(struct mu_session *s, struct mu_bytes message)
{
    uint8_t *copy = malloc(message.size + 1); /* exact bounds, and gone after the call */
    enum mu_session_state before = s->state;
    struct mu_heard heard;
    enum mu_err err;

    if (message.size > 0)
        memcpy(copy, message.data, message.size);
    err = mu_session_hear(s, (struct mu_bytes){copy, message.size}, &heard);
    MU_CHECK(s->state < MU_SESSION_STATES);
    MU_CHECK(err == MU_OK || (s->state == before && heard.type == 0));
    MU_CHECK(s->budget->used <= s->budget->max);
    if (heard.type == MU_FRAME_HELLO && s->side == MU_SIDE_BROKER)
        mu_session_said(s, MU_FRAME_WELCOME);
    if (heard.type == MU_FRAME_SUBMIT)
        MU_CHECK(heard.as.batch.data[heard.as.batch.size - 1] <= 0xff);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_reader r = mu_reader((struct mu_bytes){data, size});
    struct mu_session_budget budget = {0, 64 * 1024};
    uint8_t first = mu_read_u8(&r);
    struct mu_session s = mu_session((first & 1) != 0 ? MU_SIDE_AGENT : MU_SIDE_BROKER, &budget);

    s.state = (enum mu_session_state)(first >> 1 & 3);
    while (mu_reader_ok(&r) && r.left > 0) {
        struct mu_bytes message = mu_read_short(&r);

        if (mu_reader_ok(&r))
            hear(&s, message);
    }
    mu_session_end(&s);
    MU_CHECK(budget.used == 0);
    return 0;
}

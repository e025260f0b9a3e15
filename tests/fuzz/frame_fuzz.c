/* Any bytes as one frame: read without harm, and what reads well writes back to the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "proto/wire/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define AGAIN(name, type)                                                                          \
    static bool again_##name(struct mu_reader *r, const struct mu_frame_head *h,                   \
                             struct mu_writer *w)                                                  \
    {                                                                                              \
        struct type f;                                                                             \
        (void)h;                                                                                   \
        if (mu_##name##_read(r, &f) != MU_OK)                                                      \
            return false;                                                                          \
        mu_##name##_write(w, &f);                                                                  \
        return true;                                                                               \
    }
AGAIN(hello, mu_hello)
AGAIN(welcome, mu_welcome)
AGAIN(follow, mu_follow)
AGAIN(credit, mu_credit)
AGAIN(ping, mu_ping)
AGAIN(pong, mu_pong)
AGAIN(clock_frame, mu_clock_frame)
AGAIN(bye, mu_bye)
AGAIN(join_frame, mu_join_frame)

static bool again_accepted(struct mu_reader *r, const struct mu_frame_head *h, struct mu_writer *w)
{
    struct mu_accepted f;

    if (mu_accepted_read(r, &f) != MU_OK)
        return false;
    mu_accepted_write(w, h->lane, &f);
    return true;
}

static bool again_refused(struct mu_reader *r, const struct mu_frame_head *h, struct mu_writer *w)
{
    struct mu_refused f;

    if (mu_refused_read(r, &f) != MU_OK)
        return false;
    mu_refused_write(w, h->lane, &f);
    return true;
}

static bool again_return(struct mu_reader *r, const struct mu_frame_head *h, struct mu_writer *w)
{
    struct mu_return f;

    if (mu_return_read(r, &f) != MU_OK)
        return false;
    mu_return_write(w, h->lane, &f);
    return true;
}

static bool again_deliver(struct mu_reader *r, const struct mu_frame_head *h, struct mu_writer *w)
{
    struct mu_deliver f;

    if (mu_deliver_read(r, &f) != MU_OK)
        return false;
    f.lane = h->lane;
    mu_deliver_write(w, &f);
    return true;
}

static bool (*const again[MU_FRAME_TYPES])(struct mu_reader *, const struct mu_frame_head *,
                                           struct mu_writer *) = {
    [MU_FRAME_HELLO] = again_hello,       [MU_FRAME_WELCOME] = again_welcome,
    [MU_FRAME_ACCEPTED] = again_accepted, [MU_FRAME_REFUSED] = again_refused,
    [MU_FRAME_FOLLOW] = again_follow,     [MU_FRAME_DELIVER] = again_deliver,
    [MU_FRAME_CREDIT] = again_credit,     [MU_FRAME_PING] = again_ping,
    [MU_FRAME_PONG] = again_pong,         [MU_FRAME_CLOCK] = again_clock_frame,
    [MU_FRAME_BYE] = again_bye,           [MU_FRAME_JOIN] = again_join_frame,
    [MU_FRAME_RETURN] = again_return,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_reader r = mu_reader((struct mu_bytes){data, size});
    struct mu_frame_head head;
    struct mu_writer w;
    uint8_t *out;

    if (mu_frame_head_read(&r, &head) != MU_OK || again[head.type] == NULL)
        return 0;
    out = malloc(size);
    w = mu_writer(out, size);
    if (again[head.type](&r, &head, &w) && head.flags == 0)
        MU_CHECK(mu_writer_ok(&w) && w.used == size && memcmp(out, data, size) == 0);
    free(out);
    return 0;
}

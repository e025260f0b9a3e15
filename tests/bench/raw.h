/* A publisher without a spool: seals on the fly, keeps a window of batches on the way, believes the
 * acknowledgements. What the broker can do is measured with this, what an agent can do with libmuster. */
#ifndef TESTS_BENCH_RAW_H
#define TESTS_BENCH_RAW_H

#include "agents/sdk/home.h"
#include "proto/wire/frame.h"

struct raw {
    struct mu_home home;
    void *context, *socket;
    uint64_t instance;
    struct mu_hash previous;
    uint64_t next_sequence;
    uint8_t *bytes;        /* of one frame */
    uint64_t acknowledged; /* events */
};

/* One 400-byte field report in its lane (urgent), said by `agency`; `note` is padded to size. */
size_t bench_body(uint8_t *out, size_t room, const char *agency, const char *area,
                  const char *note);

void raw_open(struct raw *raw, const char *dir);
void raw_close(struct raw *raw);
/* Seal `count` copies of `body` as one batch and send it. */
void raw_send(struct raw *raw, struct mu_bytes body, uint32_t count);
/* Build the frame only / send what was built. */
size_t raw_seal(struct raw *raw, struct mu_bytes body, uint32_t count);
void raw_put(struct raw *raw, size_t size);
/* Wait for the next ACCEPTED; ends the program when it is anything else. */
void raw_wait(struct raw *raw);

int64_t bench_now_ns(void);
_Noreturn void bench_fail(const char *what);

#endif

/* A newcomer's side of joining: from the code an admin read out to a directory that can speak.
 *
 * The usual path: mu_join_open, mu_join_ask (knocks, is challenged, settles its keys, asks, shows the
 * four words, waits for the admin), the caller points the home and tries it, mu_join_taken, close.
 * Killed anywhere, the keys stay in the directory and are asked for again by the next try; nothing
 * else is left. docs/PROTOCOL.md, "Joining".
 */
#ifndef MU_SDK_JOIN_H
#define MU_SDK_JOIN_H

#include "agents/sdk/home.h"
#include "proto/sign/join.h"
#include "proto/wire/join.h"

typedef struct mu_joiner mu_joiner;

/* What the admin's side told; texts are copies. */
struct mu_joined {
    struct mu_hash log;
    struct mu_public log_key;
    uint8_t broker_curve[MU_CURVE_KEY_BYTES];
    char agency[MU_NAME_BYTES_MAX];
    char county[MU_NAME_BYTES_MAX];
    bool replaces; /* it takes over the seat of `old` */
    struct mu_agent_id old;
    uint16_t words[MU_CHECK_WORDS];
    /* once the admin has said yes */
    uint64_t number; /* of the enrolment */
    char endpoint[MU_ENDPOINT_BYTES_MAX];
    uint8_t certificate[1024];
    size_t certificate_size;
    char county_lines[1024];
};

struct mu_join_calls {
    /* The challenge is here: which agency it is for. Write the home now. */
    enum mu_err (*on_challenge)(void *user, const struct mu_joined *so_far);
    /* The request is out: show the words. */
    void (*on_words)(void *user, const struct mu_joined *so_far);
    /* Asked several times a second: true ends it with MU_E_TIMEOUT. */
    bool (*stopped)(void *user);
    void *user;
};

/* Connect to `endpoint` with the key `code` (in its one form) opens and shake hands, within
 * `timeout_ms`. Errors: MU_E_UNREACHABLE; MU_E_NO_INVITATION nobody listens there; MU_E_WRONG_CODE;
 * MU_E_BAD_VALUE for the endpoint. */
MU_MUST_USE enum mu_err mu_join_open(const char *endpoint, const char *code, int timeout_ms,
                                     const struct mu_join_calls *calls, mu_joiner **out);
/* Ask for `home`'s keys to be enrolled. Errors: what the admin or the broker refused with;
 * MU_E_NO_INVITATION cut off; MU_E_TIMEOUT nobody answers, or stopped; what a call said. */
MU_MUST_USE enum mu_err mu_join_ask(mu_joiner *joiner, const struct mu_home *home,
                                    struct mu_joined *out);
/* Tell the admin that all is well. */
void mu_join_taken(mu_joiner *joiner);
void mu_join_close(mu_joiner **joiner);

/* "qh-eoc", "qh-eoc:7401", "[::1]:7401", "tcp://...", "ipc://..." as an endpoint. False: none of these. */
bool mu_join_address(const char *typed, char out[MU_ENDPOINT_BYTES_MAX]);

#endif

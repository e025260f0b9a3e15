/* An agent's directory: who it is, and where its broker is. Mode 0700, every file 0600.
 *
 *   agent.key    Ed25519, PKCS#8 PEM       written last: a directory without it was never finished
 *   curve.key    two lines, "secret HEX" and "public HEX"
 *   agent.conf   YAML: agency, program; once pointed: endpoint, log, broker_curve, log_key
 *   request      what an admin makes an enrolment of: an event as JSON, public keys only
 *   spool/       see spool.h
 */
#ifndef MU_SDK_HOME_H
#define MU_SDK_HOME_H

#include <limits.h>

#include "agents/sdk/curve.h"
#include "proto/base/limits.h"
#include "proto/sign/key.h"

#define MU_ENDPOINT_BYTES_MAX 256u

struct mu_home {
    char dir[PATH_MAX];
    char agency[MU_NAME_BYTES_MAX];
    char program[MU_NAME_BYTES_MAX];
    char endpoint[MU_ENDPOINT_BYTES_MAX];
    bool pointed; /* the log is known: endpoint, log, broker_curve and log_key hold */
    struct mu_hash log;
    uint8_t broker_curve[MU_CURVE_KEY_BYTES];
    struct mu_public log_key;

    mu_key *key;
    struct mu_public public;
    struct mu_agent_id self;
    uint8_t curve_secret[MU_CURVE_KEY_BYTES];
    uint8_t curve_public[MU_CURVE_KEY_BYTES];
};

/* Agency and program codes: letters, digits, '-', '_', '.'; they stand in YAML and in HELLO. */
bool mu_home_name_ok(const char *name);

/* Keys, agent.conf and request. Errors: MU_E_EXISTS when an agent lives there; MU_E_BAD_VALUE for
 * a name; MU_E_SYSTEM. After a crash half way, call it again. */
MU_MUST_USE enum mu_err mu_home_create(const char *dir, const char *agency, const char *program);

/* The two halves of it, for one who learns between them which agency it is for: keys in memory only,
 * nothing on disk (errors: MU_E_EXISTS, MU_E_BAD_VALUE); then everything written. Close `home`. */
MU_MUST_USE enum mu_err mu_home_make(const char *dir, const char *program, struct mu_home *home);
MU_MUST_USE enum mu_err mu_home_settle(struct mu_home *home, const char *agency);
/* The agent's part of its own enrolment, as an event: agent, keys, program. Appends it to `w`. */
void mu_home_ask(const struct mu_home *home, struct mu_writer *w);

/* Errors: MU_E_BAD_VALUE for the endpoint; MU_E_OTHER_LOG when it was pointed at another log
 * before: what its spool holds was sealed for that one, so a new log takes a new directory. */
MU_MUST_USE enum mu_err mu_home_point(const char *dir, const char *endpoint,
                                      const struct mu_hash *log,
                                      const uint8_t broker_curve[MU_CURVE_KEY_BYTES],
                                      const struct mu_public *log_key);

/* Errors: MU_E_ABSENT, MU_E_CONFIG, MU_E_BAD_KEY. Close what it filled with mu_home_close. */
MU_MUST_USE enum mu_err mu_home_open(const char *dir, struct mu_home *home);
/* Wipes the secrets. */
void mu_home_close(struct mu_home *home);

/* tcp://host:port or ipc://path and nothing else: the library knows transports nobody reviewed. */
bool mu_endpoint_ok(const char *endpoint);

#endif

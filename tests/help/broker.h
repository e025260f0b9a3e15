/* A broker small enough to lie on purpose: real CURVE sockets, real frames, a record in memory.
 *
 * It runs inside the story's own thread, a turn at a time. Trusted to be honest unless told otherwise;
 * it checks seals, keeps lanes and answers repeats as the real one must.
 */
#ifndef TESTS_HELP_BROKER_H
#define TESTS_HELP_BROKER_H

#include "proto/session/session.h"
#include "proto/sign/checkpoint.h"
#include "proto/sign/merkle.h"

#define HELP_BROKER_BATCHES 4096u
#define HELP_BROKER_ENTRIES 65536u
#define HELP_BROKER_PEERS 16u
#define HELP_BROKER_FOLLOWS 32u
#define HELP_BROKER_LANES 64u
#define HELP_BROKER_AGENTS 16u

enum help_lie {
    HELP_HONEST,
    HELP_LIE_PROOF,   /* ACCEPTED: a hash of the proof is another */
    HELP_LIE_NUMBER,  /* ... the number is another */
    HELP_LIE_TIME,    /* ... the time is another */
    HELP_LIE_VERDICT, /* ... an event was refused that was not */
    HELP_LIE_NOTE,    /* every checkpoint is signed by somebody else */
    HELP_LIE_BODY,    /* DELIVER: one byte of a body is another */
    HELP_LIE_GAP,     /* ... a batch is left out of a follow of everything */
    HELP_LIE_HEAD,    /* ... the checkpoint signs another root */
    HELP_LIE_SEAL,    /* ... a signature is another */
    HELP_LIE_FLIP,    /* ... one bit of the frame, number flip_bit, is another */
};

struct help_broker_batch {
    uint8_t *bytes;
    size_t size;
    uint64_t first_number;
    int64_t at_ms;
    uint32_t count;
};

struct help_broker_lane {
    struct mu_agent_id agent;
    uint64_t instance;
    uint8_t lane;
    bool fenced;
    struct mu_lane_mark last;
};

struct help_broker_peer {
    uint8_t identity[8];
    size_t identity_size;
    struct mu_session session;
    struct mu_agent_id agent;
    uint64_t instance;
    uint64_t idle_through;
};

struct help_broker_follow {
    struct help_broker_peer *peer;
    uint32_t id;
    uint64_t next, told;
    int64_t credit;
    char filter[1024];
};

struct help_broker {
    /* for mu_agent_point */
    char endpoint[64];
    struct mu_hash log;
    uint8_t curve[32];
    struct mu_public log_key;

    /* told by the story */
    enum help_lie lie;
    bool locked;       /* no key passes the door */
    bool mute;         /* takes everything, says nothing */
    unsigned refusals; /* so many SUBMITs hear `refuse` */
    enum mu_err refuse;
    uint32_t slice_batches; /* batches in one DELIVER; 0: as many as fit */
    uint32_t welcome_credit;
    bool deaf_to_pings;     /* as if what was sent were still on its way */
    size_t submit_bytes;    /* of pieces and whole frames, heard so far */
    uint32_t told_fragment; /* what the last HELLO asked for */
    size_t flip_bit;
    unsigned hellos, submits, pings, clocks; /* heard so far */
    int64_t clock_wanted;

    /* its own */
    void *context, *router, *zap;
    uint8_t secret[32];
    mu_key *key, *other_key, *admin_key;
    int64_t now_ms;
    uint32_t epoch;
    struct help_broker_batch batch[HELP_BROKER_BATCHES];
    size_t batches;
    struct mu_hash *leaves; /* log leaves */
    struct mu_hash *author; /* author leaves */
    uint64_t size;
    struct help_broker_lane lane[HELP_BROKER_LANES];
    size_t lanes;
    struct help_broker_peer peer[HELP_BROKER_PEERS];
    size_t peers;
    struct help_broker_follow follow[HELP_BROKER_FOLLOWS];
    size_t follows;
    struct {
        struct mu_agent_id agent;
        mu_verifier *verifier;
    } known[HELP_BROKER_AGENTS];
    size_t knowns;
    uint64_t admin_sequence;
    struct mu_hash admin_leaf;
};

/* A record with a genesis, listening on a free port of the loopback. */
struct help_broker *help_broker_open(void);
void help_broker_close(struct help_broker **broker);
/* Wait at most this long for something, then deal with all that came. */
void help_broker_turn(struct help_broker *broker, int timeout_ms);
/* Killed and started again at the same place: sessions are gone, the record is not. */
void help_broker_restart(struct help_broker *broker);
/* Restored from a backup without saying so: the last batches never happened. */
void help_broker_forget(struct help_broker *broker, size_t batches);

/* Enrol the agent whose request lies in `dir`/request, sealed by the admin. */
void help_broker_enrol(struct help_broker *broker, const char *dir);
/* Put a batch into the record without asking anybody. */
void help_broker_record(struct help_broker *broker, struct mu_bytes batch);
/* Events of this agent in the record, all instances. */
uint64_t help_broker_events_of(const struct help_broker *broker, const struct mu_agent_id *agent);

#endif

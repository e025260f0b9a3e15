/* What a newcomer and an admin say to each other before the newcomer is in the roster.
 *
 * One ZeroMQ message each, through the broker's join door, which hands them on unread. Two bytes first:
 * version and type. Who says what when, and why in this order: docs/PROTOCOL.md, "Joining".
 *
 *      newcomer ──KNOCK──▶ ◀──CHALLENGE── ──REQUEST──▶ ◀──ANSWER or NO── ──TAKEN──▶ admin
 */
#ifndef MU_WIRE_JOIN_H
#define MU_WIRE_JOIN_H

#include "proto/base/bytes.h"
#include "proto/base/limits.h"
#include "proto/wire/frame.h"

#define MU_JOIN_VERSION 1u
/* A place to connect to, as people type it. */
#define MU_JOIN_ENDPOINT_MAX 256u

enum mu_join_type {
    MU_JOIN_KNOCK = 1,
    MU_JOIN_CHALLENGE = 2,
    MU_JOIN_REQUEST = 3,
    MU_JOIN_ANSWER = 4,
    MU_JOIN_TAKEN = 5,
    MU_JOIN_NO = 6,
};

/* The newcomer binds itself to its request before it hears anything it could fit it to. */
struct mu_join_knock {
    struct mu_hash commitment; /* proto/sign/join.h */
};

/* What the newcomer will trust from now on; all of it is behind the four words. */
struct mu_join_challenge {
    struct mu_hash log;
    struct mu_hash log_key; /* 32 bytes each */
    struct mu_hash broker_curve;
    struct mu_hash nonce;
    struct mu_bytes agency;  /* the code the invitation is for */
    struct mu_bytes county;  /* for people; may be empty */
    struct mu_hash replaces; /* first 16 bytes: the agent whose seat it takes; none: a new seat */
};

struct mu_join_request {
    struct mu_hash nonce;
    struct mu_bytes enrolment; /* an event: agent, keys, program; the rest is the admin's */
    const uint8_t *signature;  /* 64 bytes by the key it asks to enrol */
};

struct mu_join_answer {
    uint64_t number;             /* of the enrolment entry */
    struct mu_bytes endpoint;    /* "tcp://" and "*" for a host: the one it came by */
    struct mu_bytes certificate; /* DER; may be empty */
    struct mu_bytes county;      /* lines of the county file; may be empty */
};

struct mu_join_no {
    uint16_t code;
};

/* Appends a whole message. */
void mu_join_knock_write(struct mu_writer *w, const struct mu_join_knock *m);
void mu_join_challenge_write(struct mu_writer *w, const struct mu_join_challenge *m);
void mu_join_request_write(struct mu_writer *w, const struct mu_join_request *m);
void mu_join_answer_write(struct mu_writer *w, const struct mu_join_answer *m);
void mu_join_taken_write(struct mu_writer *w);
void mu_join_no_write(struct mu_writer *w, enum mu_err code);

/* One message, read: what it points to is lent by `bytes`. */
struct mu_join_message {
    enum mu_join_type type;
    union {
        struct mu_join_knock knock;
        struct mu_join_challenge challenge;
        struct mu_join_request request;
        struct mu_join_answer answer;
        struct mu_join_no no;
    } as;
};

/* Errors: MU_E_TOO_LARGE, MU_E_VERSION, MU_E_BAD_FRAME. */
MU_MUST_USE enum mu_err mu_join_read(struct mu_bytes bytes, struct mu_join_message *out);

#endif

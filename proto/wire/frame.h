/* Frames of the conversation between an agent and the broker: fixed big-endian layouts.
 *
 * One ZeroMQ message is one frame. Four bytes first: version, type, flags, lane; then the payload.
 * MU_FRAME_MORE says that this is a fragment and the rest follows in the same lane; frames of other
 * lanes, and whole frames of other types, may come between. Layouts, ABNF and worked bytes: docs/PROTOCOL.md, "Frames".
 */
#ifndef MU_WIRE_FRAME_H
#define MU_WIRE_FRAME_H

#include "proto/base/bytes.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"

#define MU_PROTOCOL_VERSION 1u
#define MU_FRAME_MORE 1u
#define MU_FRAME_HEAD_BYTES 4u

/* A refused field's path, as long as the longest one a judge can name. */
#define MU_FRAME_PATH_MAX 96u
/* A checkpoint's note. */
#define MU_FRAME_NOTE_MAX 512u
/* Two paths through a tree of 2^64 leaves, and a little: what proto/sign can prove. */
#define MU_FRAME_PROOF_MAX 130u
/* What a follower may ask for in words: proto/topic/filter.h. */
#define MU_FRAME_FILTER_MAX 1024u
/* A receipt: what proto/sign writes. */
#define MU_FRAME_RECEIPT_BYTES 288u
/* A sentence for people. */
#define MU_FRAME_TEXT_MAX 256u
/* What a newcomer and an admin say to each other through the broker, and what opens the door. */
#define MU_JOIN_BYTES_MAX 4096u

enum mu_frame_type {
    MU_FRAME_HELLO = 1,
    MU_FRAME_WELCOME = 2,
    MU_FRAME_SUBMIT = 3,
    MU_FRAME_ACCEPTED = 4,
    MU_FRAME_REFUSED = 5,
    MU_FRAME_FOLLOW = 6,
    MU_FRAME_DELIVER = 7,
    MU_FRAME_CREDIT = 8,
    MU_FRAME_RECEIPT = 9,
    MU_FRAME_PING = 10,
    MU_FRAME_PONG = 11,
    MU_FRAME_CLOCK = 12, /* exercise clock in steps */
    MU_FRAME_BYE = 13,
    MU_FRAME_JOIN = 14,   /* an admin and the door newcomers come in by */
    MU_FRAME_RETURN = 15, /* what a restored record lost */
};
#define MU_FRAME_TYPES 16u

struct mu_frame_head {
    uint8_t type;
    uint8_t flags;
    uint8_t lane;
};

/* Last thing known of one lane of an instance: zeros before the first. */
struct mu_lane_mark {
    uint64_t sequence;
    struct mu_hash leaf;
};

struct mu_hello {
    struct mu_agent_id agent;
    uint64_t instance;
    struct mu_hash log; /* none: not known yet */
    uint32_t head_epoch;
    uint64_t head_size;
    struct mu_hash head_root;
    struct mu_lane_mark lane[MU_LANES];
    int64_t wall_ms;         /* the agent's wall clock, for its offset only */
    uint32_t credit_bytes;   /* the most one DELIVER should hold; 0: as the broker likes */
    uint32_t fragment_bytes; /* cut what goes to this agent into frames of at most this; 0: whole */
    struct mu_bytes program; /* "muster-supply"; at most 64 bytes */
    struct mu_bytes note;    /* the checkpoint behind the head claimed; empty: not kept */
};

struct mu_welcome {
    struct mu_hash log;
    uint32_t epoch;
    int64_t log_now_ms;
    uint32_t rate_milli; /* 0: steps */
    uint8_t status;      /* enum Status of the envelope */
    struct mu_lane_mark lane[MU_LANES];
    uint32_t credit_bytes; /* bytes of SUBMIT that may be unanswered, over all lanes */
    uint64_t backed_up_through;
    uint64_t common; /* numbers up to here mean the same under the head HELLO named; 0: not known */
    struct mu_bytes note; /* newest checkpoint */
};

/* A final refusal inside an accepted batch. */
struct mu_refusal {
    uint32_t index; /* in the batch */
    uint16_t code;
    struct mu_bytes path;
};

struct mu_accepted {
    uint64_t first_sequence;
    uint32_t count;
    uint32_t epoch;
    uint64_t first_number;
    int64_t accepted_at_ms; /* one for the batch */
    uint16_t judge_version;
    uint16_t refusals;
    struct mu_bytes refusal_bytes; /* walk with mu_refusal_next */
    uint16_t proof_count;
    struct mu_bytes proof; /* proof_count hashes */
    struct mu_bytes note;  /* checkpoint the proof leads to */
};

/* A batch the record had accepted in an epoch before, with the answer it got then. */
struct mu_return {
    struct mu_bytes answer; /* payload of that ACCEPTED: read it with mu_accepted_read */
    struct mu_bytes batch;
};

struct mu_refused {
    uint64_t first_sequence; /* 0: unread; all that is unanswered in this lane */
    uint16_t code;
    uint32_t retry_ms; /* 0: do not retry as it is */
    uint64_t expected; /* the next sequence this lane may use; 0 unknown */
    struct mu_bytes path;
};

struct mu_follow {
    uint32_t id; /* the follower's own number for this follow */
    uint32_t epoch;
    uint64_t from; /* first number wanted */
    uint8_t lanes; /* bit per lane */
    uint32_t credit_bytes;
    struct mu_bytes filter; /* text form, proto/topic/filter.h */
};

struct mu_deliver {
    uint32_t id;
    uint32_t epoch;
    uint64_t through; /* looked at all up to here */
    uint64_t head;    /* the record's head as this left */
    uint16_t slices;
    struct mu_bytes slice_bytes; /* walk with mu_slice_next */
    struct mu_bytes note;        /* empty, or a checkpoint whose size is `through` */
    uint8_t lane;                /* for the head: the slowest lane of the follow; _read leaves 0 */
};

/* One sealed batch inside a DELIVER: verifiable by itself, whatever the filter left out. */
struct mu_slice {
    uint64_t first_number;
    int64_t accepted_at_ms;
    uint16_t judge_version;
    struct mu_bytes seal;  /* MU_SEAL_BYTES */
    uint32_t count;        /* items; equals the seal's count */
    struct mu_bytes items; /* walk with mu_slice_item_next */
};

enum mu_slice_what {
    MU_SLICE_FULL = 1,     /* accepted, body here */
    MU_SLICE_LEFT_OUT = 2, /* the filter left it out: leaf and code only */
    MU_SLICE_REFUSED = 3,  /* refused for good: leaf, code, path */
};

struct mu_slice_item {
    enum mu_slice_what what;
    bool has_private;
    struct mu_hash committed;
    struct mu_hash leaf; /* LEFT_OUT and REFUSED */
    uint16_t code;
    struct mu_bytes body; /* FULL */
    struct mu_bytes path; /* REFUSED */
};

struct mu_credit {
    uint32_t id;
    uint32_t bytes;
    uint64_t heard_bytes; /* of this follow's DELIVERs so far, pieces of unfinished ones too */
};

/* A desk's witness signature (proto/sign/receipt.h), and the filter it is about. */
struct mu_receipt_frame {
    struct mu_bytes receipt; /* MU_FRAME_RECEIPT_BYTES */
    struct mu_bytes filter;  /* text form */
};

struct mu_ping {
    int64_t wall_ms;
    uint64_t idle_through; /* all up to here is folded and nothing waits in the spool; else 0 */
};

struct mu_pong {
    int64_t echo_ms;
    int64_t log_now_ms;
    uint64_t all_idle_through; /* the least idle_through of the programs connected */
    int64_t wall_ms;           /* the broker's own wall clock */
};

/* Player to broker: go on to this log time; broker to player: the clock now stands here. */
struct mu_clock_frame {
    int64_t log_ms;
};

struct mu_bye {
    uint16_t code;
    struct mu_bytes text;
};

/* What a JOIN says: the first three by an admin, the others by the broker. */
enum mu_join_what {
    MU_JOIN_OPEN = 1,   /* value: for so many seconds; payload: the door's CURVE secret */
    MU_JOIN_PASS = 2,   /* payload: for the newcomer */
    MU_JOIN_SHUT = 3,   /* value: the code the newcomer, if any, is told */
    MU_JOIN_OPENED = 4, /* payload: where it listens */
    MU_JOIN_CAME = 5,   /* payload: from the newcomer */
    MU_JOIN_TRIED = 6,  /* value: wrong codes that may still be tried */
    MU_JOIN_CLOSED = 7, /* value: why */
};

struct mu_join_frame {
    uint32_t id; /* the admin's own number for this invitation */
    uint8_t what;
    uint32_t value;
    struct mu_bytes payload; /* at most MU_JOIN_BYTES_MAX */
};

/* Each _write appends a whole frame, head and payload; each _read takes the payload only.
 * Errors of _read: MU_E_BAD_FRAME, MU_E_VERSION (head). */
MU_MUST_USE enum mu_err mu_frame_head_read(struct mu_reader *r, struct mu_frame_head *out);
void mu_frame_head_write(struct mu_writer *w, uint8_t type, uint8_t flags, uint8_t lane);
/* The types that travel in a lane: SUBMIT, ACCEPTED, REFUSED, DELIVER, RETURN; the others say lane 0. */
bool mu_frame_has_lane(uint8_t type);
/* The types that may come in fragments: SUBMIT, DELIVER and RETURN. A whole frame of another type may pass a
 * half-sent one in its lane. */
bool mu_frame_has_fragments(uint8_t type);
/* Appends the next fragment of a whole frame, at most `bytes_max` long (at least 5; 0: no bound).
 * *at is 0 at first and moves on; false when all of `frame` has been written. */
bool mu_frame_cut(struct mu_bytes frame, size_t bytes_max, size_t *at, struct mu_writer *w);

void mu_hello_write(struct mu_writer *w, const struct mu_hello *f);
void mu_welcome_write(struct mu_writer *w, const struct mu_welcome *f);
void mu_submit_write(struct mu_writer *w, uint8_t lane, struct mu_bytes batch);
void mu_accepted_write(struct mu_writer *w, uint8_t lane, const struct mu_accepted *f);
void mu_refused_write(struct mu_writer *w, uint8_t lane, const struct mu_refused *f);
void mu_return_write(struct mu_writer *w, uint8_t lane, const struct mu_return *f);
void mu_follow_write(struct mu_writer *w, const struct mu_follow *f);
void mu_deliver_write(struct mu_writer *w, const struct mu_deliver *f);
void mu_credit_write(struct mu_writer *w, const struct mu_credit *f);
void mu_receipt_frame_write(struct mu_writer *w, const struct mu_receipt_frame *f);
void mu_ping_write(struct mu_writer *w, const struct mu_ping *f);
void mu_pong_write(struct mu_writer *w, const struct mu_pong *f);
void mu_clock_frame_write(struct mu_writer *w, const struct mu_clock_frame *f);
void mu_bye_write(struct mu_writer *w, const struct mu_bye *f);
void mu_join_frame_write(struct mu_writer *w, const struct mu_join_frame *f);

MU_MUST_USE enum mu_err mu_hello_read(struct mu_reader *r, struct mu_hello *f);
MU_MUST_USE enum mu_err mu_welcome_read(struct mu_reader *r, struct mu_welcome *f);
MU_MUST_USE enum mu_err mu_accepted_read(struct mu_reader *r, struct mu_accepted *f);
MU_MUST_USE enum mu_err mu_return_read(struct mu_reader *r, struct mu_return *f);
MU_MUST_USE enum mu_err mu_refused_read(struct mu_reader *r, struct mu_refused *f);
MU_MUST_USE enum mu_err mu_follow_read(struct mu_reader *r, struct mu_follow *f);
MU_MUST_USE enum mu_err mu_deliver_read(struct mu_reader *r, struct mu_deliver *f);
MU_MUST_USE enum mu_err mu_credit_read(struct mu_reader *r, struct mu_credit *f);
MU_MUST_USE enum mu_err mu_receipt_frame_read(struct mu_reader *r, struct mu_receipt_frame *f);
MU_MUST_USE enum mu_err mu_ping_read(struct mu_reader *r, struct mu_ping *f);
MU_MUST_USE enum mu_err mu_pong_read(struct mu_reader *r, struct mu_pong *f);
MU_MUST_USE enum mu_err mu_clock_frame_read(struct mu_reader *r, struct mu_clock_frame *f);
MU_MUST_USE enum mu_err mu_bye_read(struct mu_reader *r, struct mu_bye *f);
MU_MUST_USE enum mu_err mu_join_frame_read(struct mu_reader *r, struct mu_join_frame *f);

/* Parts that repeat. _write appends one; _next takes one from the front of `bytes`. */
void mu_refusal_write(struct mu_writer *w, const struct mu_refusal *f);
MU_MUST_USE enum mu_err mu_refusal_next(struct mu_bytes *bytes, struct mu_refusal *f);
void mu_slice_write(struct mu_writer *w, const struct mu_slice *f);
MU_MUST_USE enum mu_err mu_slice_next(struct mu_bytes *bytes, struct mu_slice *f);
void mu_slice_item_write(struct mu_writer *w, const struct mu_slice_item *f);
MU_MUST_USE enum mu_err mu_slice_item_next(struct mu_bytes *bytes, struct mu_slice_item *f);

#endif

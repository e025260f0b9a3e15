/* The inside of a roster: rows that name each other by number, and the steps of the fold.
 *
 * Rows are only added, so a row's number is its name for ever; lists are threaded through `next`, newest
 * first, because the newest word counts. Every change is asked before it is made: judge and fold call
 * the same mu_*_check, the fold then the matching mu_*_apply. Only for proto/authority. */
#ifndef MU_AUTHORITY_INSIDE_H
#define MU_AUTHORITY_INSIDE_H

#include <string.h>

#include "proto/authority/kinds.h"
#include "proto/authority/roster.h"
#include "proto/authority/index.h"
#include "proto/base/clock.h"

/* "A proposal stands when another admin's endorsement is recorded within 24 h." */
#define MU_PROPOSAL_MS MU_DAY_MS
/* Fewer could never again seal anything that needs two. */
#define MU_ADMINS_MIN 2u

enum mu_gives { MU_SILENT, MU_GIVES, MU_TAKES };

/* One line of what somebody may do: kinds in one area, for a time. */
struct mu_grant {
    struct mu_kinds kinds;
    char area[MU_TOPIC_BYTES_MAX + 1]; /* "": everywhere */
    char role[MU_NAME_BYTES_MAX];      /* kinds follow this role when it changes; "": they do not */
    bool reference_part;               /* of the role */
    enum mu_gives publish, read;
    int64_t from_ms, until_ms; /* 0: open */
    uint32_t next;
};

/* One end of an agent, or of one of its instances. */
struct mu_end {
    uint64_t instance; /* 0: all */
    bool compromised;
    uint64_t last[MU_LANES]; /* retired: the last sequence that stands */
    uint32_t next;
};

struct mu_key_row {
    struct mu_agent_id id;
    mu_verifier *verifier;
    uint32_t seat;
};

struct mu_seat {
    struct mu_member member;
    uint32_t agency, key; /* key: the one it signs with now */
    uint32_t grants, ends;
};

struct mu_agency {
    char code[MU_NAME_BYTES_MAX];
    uint32_t grants;
};

/* A line of the role map. */
struct mu_holding {
    char role[MU_NAME_BYTES_MAX];
    char agency[MU_NAME_BYTES_MAX];
    char area[MU_TOPIC_BYTES_MAX + 1];
    int64_t from_ms, until_ms;
    bool has_kinds;
    struct mu_kinds kinds;
};

/* What waits for a second seal; its body is kept, and judged again when the seal comes. */
struct mu_proposal {
    struct mu_hash leaf;
    struct mu_agent_id author;
    int64_t at_ms;
    uint64_t number;
    uint8_t *body;
    size_t body_size;
};

struct mu_roster {
    bool begun; /* genesis is folded */
    struct mu_genesis genesis;
    struct mu_seat *seat;
    struct mu_agency *agency;
    struct mu_key_row *key;
    struct mu_grant *grant;
    struct mu_end *end;
    struct mu_holding *holding;
    struct mu_proposal *proposal;
    size_t seats, agencies, keys, grants, ends, holdings, proposals;
    size_t seat_room, agency_room, key_room, grant_room, end_room, proposal_room;
    struct mu_index by_agent, by_curve, by_key, by_agency;
};

/* Somebody's word on the roster: who says it, where it is filed, when. */
struct mu_roster_word {
    struct mu_agent_id author;
    int64_t at_ms;
    uint64_t number;
};

/* ---- small things (roster.c) ---------------------------------------------------------------- */
/* Fills `fault` (may be NULL) with code and path, and returns the code. */
enum mu_err mu_roster_refuse(struct mu_fault *fault, enum mu_err code, const char *path, ...)
    __attribute__((format(printf, 3, 4)));
/* An array with room for one row more than `count`: NULL without memory, and the old one stands. */
void *mu_roster_grown(void *rows, size_t *room, size_t count, size_t row_bytes);
struct mu_seat *mu_roster_seat(const mu_roster *r, const struct mu_agent_id *agent);
/* The agent that 16 bytes of a message name, or NULL. */
struct mu_seat *mu_roster_seat_named(const mu_roster *r, protobuf_c_boolean has,
                                     const ProtobufCBinaryData *agent);
/* The agency's row, made when it is new. */
MU_MUST_USE enum mu_err mu_roster_agency(mu_roster *r, const char *code, uint32_t *row);
/* A code people can type into a filter: no blanks, commas or equals signs; at most 63 bytes. */
bool mu_roster_code_ok(const char *code);
/* Copies a text that is known to fit; NULL is "". */
void mu_roster_keep_text(char *out, size_t size, const char *text);
size_t mu_roster_admins(const mu_roster *r); /* in good standing */
void mu_roster_keep_ca(struct mu_genesis *out, protobuf_c_boolean has,
                       const ProtobufCBinaryData *ca);

static inline struct mu_bytes bytes_of(const char *text)
{
    return (struct mu_bytes){(const uint8_t *)text, strlen(text)};
}

/* Whether `now` lies in a window whose open ends are 0. */
static inline bool window_open(int64_t from_ms, int64_t until_ms, int64_t now_ms)
{
    return (from_ms == 0 || now_ms >= from_ms) && (until_ms == 0 || now_ms < until_ms);
}

/* ---- newcomers (newcomer.c) ----------------------------------------------------------------- */
struct mu_newcomer {
    char path[MU_PATH_BYTES_MAX]; /* of the message it comes from */
    protobuf_c_boolean has_agent, has_sign_key, has_curve_key;
    ProtobufCBinaryData agent, sign_key, curve_key;
    int algorithm; /* 0: not said */
    const char *agency, *program;
};
MU_MUST_USE enum mu_err mu_newcomer_check(const mu_roster *r, const struct mu_newcomer *n,
                                          struct mu_fault *fault);
/* Lends the new seat until the next one is made. */
MU_MUST_USE enum mu_err mu_newcomer_apply(mu_roster *r, const struct mu_newcomer *n,
                                          uint64_t number, struct mu_seat **seat);
/* Files another key of that seat. */
MU_MUST_USE enum mu_err mu_roster_add_key(mu_roster *r, uint32_t seat,
                                          const struct mu_public *public, uint32_t *row);
/* Checks and adds admins one by one; `agency` for those that name none, `list` is their path. */
MU_MUST_USE enum mu_err mu_roster_add_admins(mu_roster *r, Muster__AdminKey *const *admins,
                                             size_t count, const char *agency, const char *list,
                                             uint64_t number, struct mu_fault *fault);

/* ---- kinds of the roster: check, then apply -------------------------------------------------- */
MU_MUST_USE enum mu_err mu_genesis_apply(mu_roster *r, const Muster__Event *event,
                                         const struct mu_hash *log);
MU_MUST_USE enum mu_err mu_enrolment_check(const mu_roster *r, const Muster__Enrolment *e,
                                           struct mu_fault *fault);
bool mu_enrolment_of_admin(const Muster__Enrolment *e);
MU_MUST_USE enum mu_err mu_enrolment_apply(mu_roster *r, const Muster__Enrolment *e,
                                           uint64_t number);
/* `path`: of the grant; `nested`: in an enrolment, which says for whom. */
MU_MUST_USE enum mu_err mu_grant_check(const mu_roster *r, const Muster__Grant *g, const char *path,
                                       bool nested, struct mu_fault *fault);
MU_MUST_USE enum mu_err mu_grant_apply(mu_roster *r, const Muster__Grant *g, struct mu_seat *seat);
MU_MUST_USE enum mu_err mu_retire_check(const mu_roster *r, const Muster__Retire *retire,
                                        struct mu_fault *fault);
MU_MUST_USE enum mu_err mu_retire_apply(mu_roster *r, const Muster__Retire *retire);
MU_MUST_USE enum mu_err mu_compromised_check(const mu_roster *r, const Muster__Compromised *c,
                                             struct mu_fault *fault);
MU_MUST_USE enum mu_err mu_compromised_apply(mu_roster *r, const Muster__Compromised *c);
MU_MUST_USE enum mu_err mu_role_map_check(const mu_roster *r, const Muster__RoleMap *map,
                                          struct mu_fault *fault);
MU_MUST_USE enum mu_err mu_role_map_apply(mu_roster *r, const Muster__RoleMap *map);
MU_MUST_USE enum mu_err mu_key_change_check(const mu_roster *r, const Muster__KeyChange *change,
                                            struct mu_fault *fault);
MU_MUST_USE enum mu_err mu_key_change_apply(mu_roster *r, const Muster__KeyChange *change,
                                            uint64_t number);

/* ---- certificates, and terms renewed (renewal.c) ---------------------------------------------- */
/* Read once, here: it must be the county CA's, and speak of the very keys that are enrolled. */
MU_MUST_USE enum mu_err mu_certified_check(const mu_roster *r, const Muster__Enrolment *e,
                                           struct mu_fault *fault);
/* Keeps on the member what its certificate says; an enrolment without one changes nothing. */
void mu_certified_apply(const mu_roster *r, const Muster__Enrolment *e, struct mu_member *member);
/* Another CA is in force: what the one before has signed is outlived. */
void mu_certified_outlive(mu_roster *r);
/* An enrolment that replaces itself: the same keys and terms, a new certificate or another end. */
bool mu_enrolment_renews(const Muster__Enrolment *e);
/* To change when an admin or the command begins or ends takes two seals; a certificate takes one. */
bool mu_renewal_needs_two(const mu_roster *r, const Muster__Enrolment *e);
MU_MUST_USE enum mu_err mu_renewal_check(const mu_roster *r, const Muster__Enrolment *e,
                                         struct mu_fault *fault);
void mu_renewal_apply(mu_roster *r, const Muster__Enrolment *e);

/* ---- two seals (proposal.c) ------------------------------------------------------------------ */
bool mu_needs_two_seals(const mu_roster *r, const Muster__Event *event,
                        const struct mu_agent_id *author);
MU_MUST_USE enum mu_err mu_proposal_keep(mu_roster *r, const struct mu_entry *entry,
                                         const Muster__Event *event);
MU_MUST_USE enum mu_err mu_endorsement_check(const mu_roster *r, const Muster__Endorsement *e,
                                             const struct mu_roster_word *word,
                                             struct mu_fault *fault);
MU_MUST_USE enum mu_err mu_endorsement_apply(mu_roster *r, const Muster__Endorsement *e,
                                             const struct mu_roster_word *word);
/* What a compromised admin proposed falls with him. */
void mu_proposals_drop_of(mu_roster *r, const struct mu_agent_id *author);
void mu_proposals_free(mu_roster *r);

/* ---- one word on the roster (change.c) ------------------------------------------------------- */
MU_MUST_USE enum mu_err mu_change_check(const mu_roster *r, const Muster__Event *event,
                                        const struct mu_roster_word *word, struct mu_fault *fault);
MU_MUST_USE enum mu_err mu_change_apply(mu_roster *r, const Muster__Event *event,
                                        const struct mu_roster_word *word);

/* ---- grants asked (grant.c) ------------------------------------------------------------------ */
/* Kinds of a role as the county has them now: its role map's, or the table's. */
struct mu_kinds mu_role_kinds_now(const mu_roster *r, const char *role);
bool mu_role_known_now(const mu_roster *r, const char *role);
/* Adds what the role gives to a list: its speech in the county, its reference data anywhere. */
MU_MUST_USE enum mu_err mu_grant_role(mu_roster *r, uint32_t *list, const char *role);
/* Kinds of every row that came from a role, as the role map now has them. */
void mu_grants_follow_roles(mu_roster *r);

enum mu_grant_answer {
    MU_GRANT_NO_KIND, /* nothing said about this kind */
    MU_GRANT_NO_AREA, /* about the kind, but not here */
    MU_GRANT_ENDED,   /* here, but not now */
    MU_GRANT_TAKEN,   /* the newest word on it takes it away */
    MU_GRANT_GIVEN,
};
/* What was last said about this kind in this area to this seat or its agency. */
enum mu_grant_answer mu_grant_to_publish(const mu_roster *r, const struct mu_seat *seat,
                                         uint32_t kind, struct mu_bytes area, int64_t now_ms);
enum mu_grant_answer mu_grant_to_read(const mu_roster *r, const struct mu_seat *seat, uint32_t kind,
                                      struct mu_bytes area, int64_t now_ms);

#endif

/* A county for tests: a genesis with two admins, and a desk that judges and folds what is said. */
#ifndef MU_HELP_COUNTY_H
#define MU_HELP_COUNTY_H

#include "proto/authority/roster.h"

/* Whose key: seeds of tests/help/keys.h. */
#define COUNTY_BROKER 9
#define COUNTY_ADMIN 11
#define COUNTY_SECOND_ADMIN 12

#define COUNTY_AREA "cn/99/01/21"
#define COUNTY_START_MS INT64_C(1942063200000)

struct county {
    mu_roster *roster;
    uint64_t next;         /* number of the next entry */
    int64_t now_ms;        /* log clock; tests move it */
    struct mu_hash leaf;   /* of the last entry said */
    struct mu_fault fault; /* of the last refusal */
};

struct mu_agent_id county_agent(uint8_t seed);
void county_curve(uint8_t seed, uint8_t curve[MU_CURVE_BYTES]);

/* What a genesis and an enrolment say, on memory of their own; change fields before use. */
struct county_genesis {
    Muster__Event event;
    Muster__Envelope envelope;
    Muster__Genesis genesis;
    Muster__Name name;
    Muster__AdminKey admin[2], *admins[2];
    uint8_t key[3][32], curve[3][32], agent[3][16];
};
void county_genesis(struct county_genesis *g);

struct county_enrolment {
    Muster__Event event;
    Muster__Envelope envelope;
    Muster__Enrolment enrolment;
    char *role[4];
    uint8_t key[32], curve[32], agent[16];
};
/* `roles`: words separated by blanks, at most four; they are cut in place. */
void county_enrolment(struct county_enrolment *e, uint8_t seed, char *agency, char *roles);

/* A grant on memory of its own, to publish one kind in one area; NULL leaves a field out. */
struct county_grant {
    Muster__Event event;
    Muster__Envelope envelope;
    Muster__Grant grant;
    char *kind[2], *area[2];
    struct mu_agent_id agent;
};
void county_grant(struct county_grant *g, const char *agency, const char *kind, const char *area);
/* Narrows it to one agent. */
void county_grant_agent(struct county_grant *g, uint8_t seed);

/* A county whose genesis is folded. */
void county_open(struct county *c);
/* The same with this CA certificate (DER) in its genesis. */
void county_open_with_ca(struct county *c, struct mu_bytes ca);
void county_close(struct county *c);

/* Fold this event of `seed`'s as accepted, unjudged. */
enum mu_err county_fold(struct county *c, uint8_t seed, Muster__Event *event);
/* Judge it as it would arrive: status and agency filled in where they are not said. */
enum mu_err county_judge(struct county *c, uint8_t seed, Muster__Event *event);
/* Judge it, and fold it when it is accepted. */
enum mu_err county_say(struct county *c, uint8_t seed, Muster__Event *event);
/* Ask the judge about an event of this kind in this area (NULL: none said), in the member's own name
 * and as an exercise; or, _as, in that agency's name (NULL: its own) and status (0: exercise). */
enum mu_err county_may(struct county *c, uint8_t seed, const char *kind, const char *area);
enum mu_err county_may_as(struct county *c, uint8_t seed, const char *kind, const char *area,
                          const char *agency, uint32_t status);
/* Enrol `seed` in an agency with roles, by the first admin. */
enum mu_err county_enrol(struct county *c, uint8_t seed, const char *agency, const char *roles);

#endif

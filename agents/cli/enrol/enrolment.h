/* An enrolment as an admin grants it: what enrolling by request file and by invitation share. */
#ifndef MU_CLI_ENROLMENT_H
#define MU_CLI_ENROLMENT_H

#include "agents/cli/voice.h"
#include "proto/sign/certificate.h"

/* What the admin gives; the newcomer's own part is in the event already. Any may be NULL. */
struct mu_terms {
    const char *roles; /* "health,shelters" */
    const char *area;  /* where they hold; the county when NULL */
    const char *kinds; /* besides those of the roles */
    const char *from;  /* beginning of the enrolment */
    const char *until; /* end of the enrolment */
    const char *name;  /* for people */
    bool desk;
};

/* "road,gauge" or "*": each a kind there is? Explained with the first that is none; an exit code. */
int mu_kinds_check(const struct mu_cli *cli, const char *list);

/* Roles, grants, area and end into saying->event->enrolment. Explained; an exit code. */
int mu_enrolment_fill(struct mu_voice *voice, const struct mu_terms *terms,
                      struct mu_saying *saying);

struct mu_enrolled {
    uint64_t number; /* 0: it is not */
    char agency[MU_NAME_BYTES_MAX];
    uint8_t certificate[MU_CERTIFICATE_BYTES_MAX];
    size_t certificate_size;
};

/* Whether the agent of `wanted` is enrolled already: a command run again after a cut finds what it did
 * before. Errors: those of mu_talk_read. */
MU_MUST_USE enum mu_err mu_enrolment_find(struct mu_voice *voice, const Muster__Enrolment *wanted,
                                          struct mu_enrolled *out);

#endif

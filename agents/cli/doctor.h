/* `muster doctor`: what it looks at. Inside it only. */
#ifndef MU_CLI_DOCTOR_H
#define MU_CLI_DOCTOR_H

#include <limits.h>

#include "agents/cli/look.h"
#include "proto/authority/roster.h"

enum mu_health { MU_HEALTH_OK, MU_HEALTH_UNKNOWN, MU_HEALTH_WARN, MU_HEALTH_FAIL };

/* One thing looked at, as it was found. */
struct mu_finding_of_doctor {
    enum mu_health health;
    char what[512];   /* one sentence */
    char repair[512]; /* a command or what to do; "": nothing to do */
};

struct mu_doctor {
    struct mu_cli *cli;
    char dir[PATH_MAX];
    bool has_dir;
    bool has_agent;
    struct mu_look look;
    bool looked;  /* the link was tried */
    bool reached; /* and is open, the county known */
    enum mu_err why;
    /* Learnt by the check of the key, for that of its certificate. */
    bool known, ended; /* the broker hears this key no more, and tells it nothing */
    struct mu_member self;
    int64_t newest_until_ms; /* of the newest certificate the record has for it; 0: none */
};

struct mu_doctor_check {
    const char *name;   /* "disk": stable, for scripts */
    enum mu_word title; /* the same for people */
    void (*look)(struct mu_doctor *doctor, struct mu_finding_of_doctor *found);
};

/* What a check found: one sentence, its arguments are text, NULL ends them; and what mends it. */
void mu_doctor_say(const struct mu_doctor *doctor, struct mu_finding_of_doctor *found,
                   enum mu_health health, enum mu_word word, ...) __attribute__((sentinel));
void mu_doctor_mend(const struct mu_doctor *doctor, struct mu_finding_of_doctor *found,
                    enum mu_word word, const char *arg);
void mu_doctor_say_error(const struct mu_doctor *doctor, struct mu_finding_of_doctor *found,
                         enum mu_health health, enum mu_err err);
/* Not known while the broker is away. */
void mu_doctor_say_away(struct mu_doctor *doctor, struct mu_finding_of_doctor *found);

/* The same, or not without a key that stands. */
void mu_doctor_say_unheard(struct mu_doctor *doctor, struct mu_finding_of_doctor *found);

/* doctor_key.c: what the record says of this agent, and until when its certificate is good. */
void mu_doctor_look_at_key(struct mu_doctor *doctor, struct mu_finding_of_doctor *found);
void mu_doctor_look_at_certificate(struct mu_doctor *doctor, struct mu_finding_of_doctor *found);
/* doctor_backup.c */
void mu_doctor_look_at_backup(struct mu_doctor *doctor, struct mu_finding_of_doctor *found);

/* In the order they are shown; each may rest on the ones before it. The row after the last has no name. */
extern const struct mu_doctor_check mu_doctor_checks[];

#endif

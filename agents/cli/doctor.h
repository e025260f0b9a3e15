/* `muster doctor`: what it looks at. Inside it only. */
#ifndef MU_CLI_DOCTOR_H
#define MU_CLI_DOCTOR_H

#include <limits.h>

#include "agents/cli/look.h"

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
};

struct mu_doctor_check {
    const char *name;   /* "disk": stable, for scripts */
    enum mu_word title; /* the same for people */
    void (*look)(struct mu_doctor *doctor, struct mu_finding_of_doctor *found);
};

/* In the order they are shown; each may rest on the ones before it. The row after the last has no name. */
extern const struct mu_doctor_check mu_doctor_checks[];

#endif

/* `muster watch`: inside it only. */
#ifndef MU_CLI_WATCH_H
#define MU_CLI_WATCH_H

#include "agents/cli/exec.h"
#include "agents/cli/look.h"
#include "agents/cli/show/newest.h"
#include "proto/topic/filter.h"

struct mu_watch {
    struct mu_cli *cli;
    struct mu_look look;
    const char *since, *until, *type, *agency, *area, *place, *severity, *format, *command, *cursor;
    long last, count; /* -1: not asked for */
    int wait_ms;      /* -1: for ever */
    bool stop;        /* at the head */
    bool only_cards;  /* --type conflict: findings that are cards */
    char text[MU_FILTER_TEXT_MAX];
    int64_t since_ms, until_ms;
    long shown;
    uint64_t passed;
    uint64_t skip; /* entries to leave out before the last N */
    bool counting; /* first pass: how many there are */
    bool done;
    bool noting; /* pass before the first: which are the newest */
    bool only_newest;
    bool exec_stopped;       /* the command failed: explained */
    struct mu_newest newest; /* with only_newest */
    struct mu_exec exec;     /* with a command */
};

/* Read the options: 0, or what mu_cli_option says. */
int mu_watch_read_line(struct mu_watch *watch, int argc, char **argv);
/* Make the filter's text anew. Explained. Returns an exit code. */
int mu_watch_filter(struct mu_watch *watch);

#endif

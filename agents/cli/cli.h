/* What every command of `muster` shares: options, exit codes, messages, where the agent lives.
 *
 * A command is `int mu_cli_NOUN(struct mu_cli *cli, int argc, char **argv)` with argv[0] its own name
 * and a row in commands.c. It reads its options with mu_cli_option, prints data to stdout (output.h)
 * and messages to stderr (mu_cli_tell), and returns an exit code below.
 */
#ifndef MU_CLI_CLI_H
#define MU_CLI_CLI_H

#include "proto/words/words.h"
#include "proto/wire/event.h"
#include "agents/sdk/muster.h"

#include <stdbool.h>
#include <stddef.h>

/* Part of the interface: scripts rely on them. */
enum mu_exit {
    MU_EXIT_DONE = 0,
    MU_EXIT_FAILED = 1,
    MU_EXIT_USAGE = 2,
    MU_EXIT_ABSENT = 3,
    MU_EXIT_NOT_ALLOWED = 4,
    MU_EXIT_UNREACHABLE = 5,
    MU_EXIT_INTEGRITY = 6,
    MU_EXIT_ATTENTION = 7, /* only with --fail-on */
    MU_EXIT_LATER = 75,
};

enum mu_form { MU_FORM_HUMAN, MU_FORM_PLAIN, MU_FORM_JSON };

/* The options every command takes, before or after its name. */
struct mu_cli {
    const char *dir;  /* --dir; NULL: found by place.h */
    const char *as;   /* --as AGENCY; NULL: the directory's own */
    const char *name; /* the running command: "conflict show" */
    enum mu_lang lang;
    enum mu_form form;
    bool colour; /* stdout is a terminal that wants it */
    bool quiet;
    bool no_input;  /* never ask: say which flag to use instead */
    bool exercise;  /* the record is an exercise: every line says so. Set once it is known */
    int timeout_ms; /* of every wait for the network; --timeout, default 10 s */
};

/* One option of a command. A table ends with a row whose name is NULL. */
struct mu_cli_option {
    const char *name;     /* long name: "since" */
    int key;              /* a letter, or from 256 up for long-only ones */
    const char *argument; /* "TIME", or NULL for a flag */
    enum mu_word help;
};

/* The next option of this command: its key, with *value its argument (or NULL); -1 when only words
 * are left (argv[optind] is the first, options may stand after words); '?' when the line is wrong:
 * that has been explained, return MU_EXIT_USAGE. --help has been answered when '!' comes back: return
 * MU_EXIT_DONE. Options all commands share are taken on the way. */
int mu_cli_option(struct mu_cli *cli, int argc, char **argv, const struct mu_cli_option *options,
                  const char **value);

/* ---- messages, to stderr ------------------------------------------------------------------- */
/* A sentence from the catalogue; its arguments are text, NULL ends them. -q silences it. */
void mu_cli_tell(const struct mu_cli *cli, enum mu_word word, ...) __attribute__((sentinel));
/* The same, never silenced and marked as an error. Returns `code`. */
int mu_cli_fail(const struct mu_cli *cli, enum mu_exit code, enum mu_word word, ...)
    __attribute__((sentinel));
/* A wrong command line: the sentence, and where help is. Returns MU_EXIT_USAGE. */
int mu_cli_misused(const struct mu_cli *cli, enum mu_word word, ...) __attribute__((sentinel));
/* An option's value that it does not take: both, and what it does take. Returns MU_EXIT_USAGE. */
int mu_cli_wrong_value(const struct mu_cli *cli, const char *option, const char *value);
/* The same of the option with that key. */
int mu_cli_wrong_key(const struct mu_cli *cli, const struct mu_cli_option *options, int key,
                     const char *value);
/* An error of the table: code, sentence, what it is about (a file, a field; may be NULL), remedy.
 * Returns the exit code that fits it. */
int mu_cli_error(const struct mu_cli *cli, enum mu_err err, const char *about);

/* The exit code that says best what `err` means to a script. */
enum mu_exit mu_cli_exit(enum mu_err err);

/* ---- where the agent lives ------------------------------------------------------------------
 * --dir, else $MUSTER_DIR, else the running demo's, else ~/.muster.
 *
 * A running demo is a directory (or a link to one) $XDG_RUNTIME_DIR/muster-demo/PID, mode 0700 and
 * the caller's own; without that variable /tmp/muster-demo-UID/PID. In it agents/CODE is an enrolled
 * agent directory of that agency for the person at the keyboard: nobody else opens it. agents/default
 * (a link) is taken without --as. admin/ is the admin's. */
MU_MUST_USE enum mu_err mu_cli_place(const struct mu_cli *cli, char *dir, size_t size);
/* "$XDG_RUNTIME_DIR/muster-demo", or its stand-in. */
MU_MUST_USE enum mu_err mu_cli_demo_root(char *dir, size_t size);

/* Open the agent of mu_cli_place. On an error it has been explained, and *code is the exit code. */
MU_MUST_USE enum mu_err mu_cli_open(const struct mu_cli *cli, bool reads_only,
                                    const struct mu_agent_calls *calls, mu_agent **out, int *code);

/* ---- the commands ----------------------------------------------------------------------------*/
int mu_cli_say(struct mu_cli *cli, int argc, char **argv);
int mu_cli_report(struct mu_cli *cli, int argc, char **argv);
int mu_cli_watch(struct mu_cli *cli, int argc, char **argv);
int mu_cli_now(struct mu_cli *cli, int argc, char **argv);
int mu_cli_river(struct mu_cli *cli, int argc, char **argv);
int mu_cli_conflict_list(struct mu_cli *cli, int argc, char **argv);
int mu_cli_conflict_show(struct mu_cli *cli, int argc, char **argv);
int mu_cli_conflict_decide(struct mu_cli *cli, int argc, char **argv);
int mu_cli_task_list(struct mu_cli *cli, int argc, char **argv);
int mu_cli_task_show(struct mu_cli *cli, int argc, char **argv);
int mu_cli_task_accept(struct mu_cli *cli, int argc, char **argv);
int mu_cli_task_decline(struct mu_cli *cli, int argc, char **argv);
int mu_cli_task_refer(struct mu_cli *cli, int argc, char **argv);
int mu_cli_task_done(struct mu_cli *cli, int argc, char **argv);
int mu_cli_task_confirm(struct mu_cli *cli, int argc, char **argv);
int mu_cli_task_reopen(struct mu_cli *cli, int argc, char **argv);
int mu_cli_dispatch_accept(struct mu_cli *cli, int argc, char **argv);
int mu_cli_agency_make(struct mu_cli *cli, int argc, char **argv);
int mu_cli_agency_add(struct mu_cli *cli, int argc, char **argv);
int mu_cli_agency_point(struct mu_cli *cli, int argc, char **argv);
int mu_cli_agency_invite(struct mu_cli *cli, int argc, char **argv);
int mu_cli_join(struct mu_cli *cli, int argc, char **argv);
int mu_cli_agency_rotate(struct mu_cli *cli, int argc, char **argv);
int mu_cli_agency_renew(struct mu_cli *cli, int argc, char **argv);
int mu_cli_agency_list(struct mu_cli *cli, int argc, char **argv);
int mu_cli_agency_show(struct mu_cli *cli, int argc, char **argv);
int mu_cli_agency_grant(struct mu_cli *cli, int argc, char **argv);
int mu_cli_agency_revoke(struct mu_cli *cli, int argc, char **argv);
int mu_cli_agency_retire(struct mu_cli *cli, int argc, char **argv);
int mu_cli_agency_compromised(struct mu_cli *cli, int argc, char **argv);
int mu_cli_agency_endorse(struct mu_cli *cli, int argc, char **argv);
int mu_cli_agency_sponsor(struct mu_cli *cli, int argc, char **argv);
int mu_cli_who_knows(struct mu_cli *cli, int argc, char **argv);
int mu_cli_verify(struct mu_cli *cli, int argc, char **argv);
int mu_cli_doctor(struct mu_cli *cli, int argc, char **argv);
int mu_cli_completion(struct mu_cli *cli, int argc, char **argv);
int mu_cli_help(struct mu_cli *cli, int argc, char **argv);
int mu_cli_demo(struct mu_cli *cli, int argc, char **argv);
int mu_cli_import(struct mu_cli *cli, int argc, char **argv);
/* Their option tables; commands without one take the common options only. */
extern const struct mu_cli_option mu_cli_say_options[];
extern const struct mu_cli_option mu_cli_report_options[];
extern const struct mu_cli_option mu_cli_watch_options[];
extern const struct mu_cli_option mu_cli_now_options[];
extern const struct mu_cli_option mu_cli_conflict_list_options[];
extern const struct mu_cli_option mu_cli_dispatch_accept_options[];
extern const struct mu_cli_option mu_cli_conflict_decide_options[];
extern const struct mu_cli_option mu_cli_task_list_options[];
extern const struct mu_cli_option mu_cli_task_act_options[];
extern const struct mu_cli_option mu_cli_task_refer_options[];
extern const struct mu_cli_option mu_cli_task_done_options[];
extern const struct mu_cli_option mu_cli_agency_make_options[];
extern const struct mu_cli_option mu_cli_agency_add_options[];
extern const struct mu_cli_option mu_cli_agency_point_options[];
extern const struct mu_cli_option mu_cli_agency_invite_options[];
extern const struct mu_cli_option mu_cli_join_options[];
extern const struct mu_cli_option mu_cli_agency_rotate_options[];
extern const struct mu_cli_option mu_cli_agency_renew_options[];
extern const struct mu_cli_option mu_cli_agency_grant_options[];
extern const struct mu_cli_option mu_cli_agency_retire_options[];
extern const struct mu_cli_option mu_cli_agency_compromised_options[];
extern const struct mu_cli_option mu_cli_agency_endorse_options[];
extern const struct mu_cli_option mu_cli_agency_sponsor_options[];
extern const struct mu_cli_option mu_cli_doctor_options[];
extern const struct mu_cli_option mu_cli_demo_options[];
extern const struct mu_cli_option mu_cli_import_options[];

#endif

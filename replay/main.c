/* muster-replay: what an auditor asks of a record, with public keys alone. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/version.h"
#include "broker/log/export.h"
#include "replay/asknown.h"
#include "replay/ladder.h"
#include "replay/show.h"
#include "replay/verify.h"

/* Exit statuses, the same in all of Muster's programs. */
enum { DONE = 0, FAILED = 1, USAGE = 2, NOT_FOUND = 3, DAMAGED = 6 };

struct command {
    const char *name;
    int arguments;
    int (*run)(char **arguments);
    const char *form;
};

static struct mu_verify_options options;
static const char *at_text, *as_agency;
static struct mu_hash expected_log;

static int explain(const char *subject, enum mu_err err)
{
    char line[1024];
    struct mu_text text = mu_text(line, sizeof line);
    const char *args[] = {subject, mu_err_sentence(err, options.lang),
                          mu_err_remedy(err, options.lang), mu_err_code(err)};

    mu_words_fill(&text, mu_word(MU_W_ERROR_LINE, options.lang), args, 4);
    fprintf(stderr, "%s\n", line);
    switch (err) {
    case MU_E_ABSENT:
        return NOT_FOUND;
    case MU_E_PROOF:
    case MU_E_CORRUPT:
    case MU_E_OTHER_LOG:
        return DAMAGED;
    case MU_E_USAGE:
    case MU_E_BAD_VALUE:
        return USAGE;
    default:
        return FAILED;
    }
}

static int run_verify(char **arguments)
{
    enum mu_err err = mu_verify(arguments[0], &options, stdout);

    if (err == MU_OK)
        return DONE;
    return err == MU_E_PROOF ? DAMAGED : explain(arguments[0], err);
}

/* The name appears only when the export is whole, so a broken one is never mistaken for it. */
static enum mu_err export_to(const char *from, const char *to, struct mu_export *out)
{
    char part[4096];
    enum mu_err err;

    if ((size_t)snprintf(part, sizeof part, "%s.part", to) >= sizeof part)
        return MU_E_LIMIT;
    out->file = fopen(part, "wb");
    if (out->file == NULL)
        return MU_E_SYSTEM;
    err = mu_source_walk(from, mu_export_take, out);
    if (err == MU_OK && fsync(fileno(out->file)) != 0)
        err = MU_E_IO;
    if (fclose(out->file) != 0 && err == MU_OK)
        err = MU_E_IO;
    if (err == MU_OK && rename(part, to) != 0)
        err = MU_E_SYSTEM;
    if (err != MU_OK)
        unlink(part);
    return err;
}

static int run_export(char **arguments)
{
    struct mu_export out = {.buffer = malloc(MU_EXPORT_RECORD_MAX)};
    char entries[24], lost[24], line[4352];
    const char *args[] = {entries, arguments[1]};
    const char *lost_args[] = {lost};
    struct mu_text text = mu_text(line, sizeof line);
    enum mu_err err =
        out.buffer == NULL ? MU_E_NO_MEMORY : export_to(arguments[0], arguments[1], &out);

    free(out.buffer);
    if (err != MU_OK)
        return explain(arguments[0], err);
    snprintf(entries, sizeof entries, "%" PRIu64, out.size - out.unreadable);
    snprintf(lost, sizeof lost, "%" PRIu64, out.unreadable);
    mu_words_fill(&text, mu_word(MU_W_EXPORTED, options.lang), args, 2);
    if (out.unreadable > 0) {
        mu_text_add(&text, "\n");
        mu_words_fill(&text, mu_word(MU_W_EXPORT_LOST, options.lang), lost_args, 1);
    }
    fprintf(stderr, "%s\n", line);
    return out.unreadable > 0 ? DAMAGED : DONE;
}

/* Not the record is absent, but what the agency's machine says it had. */
static int explain_unstated(void)
{
    char line[512];
    struct mu_text text = mu_text(line, sizeof line);
    const char *args[] = {as_agency};

    mu_words_fill(&text, mu_word(MU_W_NO_RECEIPT, options.lang), args, 1);
    fprintf(stderr, "%s\n", line);
    return NOT_FOUND;
}

static int run_show(char **arguments)
{
    enum mu_err err = as_agency == NULL
                          ? mu_show(arguments[0], at_text, &options, stdout)
                          : mu_show_as(arguments[0], at_text, as_agency, &options, stdout);

    if (err == MU_OK)
        return DONE;
    if (err == MU_E_ABSENT && as_agency != NULL && access(arguments[0], F_OK) == 0)
        return explain_unstated();
    return err == MU_E_PROOF ? DAMAGED
                             : explain(err == MU_E_BAD_VALUE ? at_text : arguments[0], err);
}

static int end(const char *subject, enum mu_err err)
{
    if (err == MU_OK)
        return DONE;
    return err == MU_E_PROOF ? DAMAGED : explain(err == MU_E_BAD_VALUE ? at_text : subject, err);
}

static int run_who_knows(char **arguments)
{
    return end(arguments[1], mu_who_knows(arguments[0], arguments[1], at_text, &options, stdout));
}

static int run_held(char **arguments)
{
    return end(arguments[2], mu_held(arguments[0], arguments[1], arguments[2], &options, stdout));
}

static int run_receipts(char **arguments)
{
    return end(arguments[1], mu_show_receipts(arguments[0], arguments[1], &options, stdout));
}

static const struct command commands[] = {
    {"verify", 1, run_verify, "verify RECORD"},
    {"export", 2, run_export, "export RECORD FILE"},
    {"show", 1, run_show, "show RECORD [--at TIME] [--as AGENCY]"},
    {"who-knows", 2, run_who_knows, "who-knows RECORD OBJECT[@vN]"},
    {"held", 3, run_held, "held RECORD AGENCY OBJECT[@vN]"},
    {"receipts", 2, run_receipts, "receipts RECORD AGENCY"},
};

static int usage(FILE *to, int status)
{
    fprintf(to, "%s\n", mu_word(MU_W_REPLAY_USAGE, options.lang));
    return status;
}

static enum mu_err take_option(int option)
{
    switch (option) {
    case 'l':
        options.log = &expected_log;
        return mu_unhex(optarg, expected_log.b, sizeof expected_log.b);
    case 'a':
        at_text = optarg;
        return MU_OK;
    case 's':
        as_agency = optarg;
        return MU_OK;
    case 'j':
        options.json = true;
        return MU_OK;
    case 'g':
        options.lang = mu_words_lang(optarg);
        return MU_OK;
    default:
        return MU_E_USAGE;
    }
}

static void set_language(void)
{
    if (setlocale(LC_ALL, "") == NULL || strcmp(setlocale(LC_CTYPE, NULL), "C") == 0)
        setlocale(LC_ALL, "C.UTF-8");
    options.lang = mu_words_lang_of(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG"));
}

/* One sentence about what is wrong: a page of help buries it. */
static int misused(enum mu_word word, const char *what, const char *value)
{
    char line[1024];
    struct mu_text text = mu_text(line, sizeof line);
    const char *args[] = {"muster-replay", what}, *wrong[] = {what, value};

    mu_words_fill(&text, mu_word(word, options.lang), value == NULL ? args : wrong, 2);
    mu_text_add(&text, "\n");
    mu_words_fill(&text, mu_word(MU_W_LINE_SEE, options.lang), args, 1);
    fprintf(stderr, "%s\n", line);
    return USAGE;
}

static int run_command(int count, char **words)
{
    if (count == 0)
        return usage(stderr, USAGE);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(words[0], commands[i].name) != 0)
            continue;
        return count == commands[i].arguments + 1 ? commands[i].run(words + 1)
                                                  : misused(MU_W_LINE_FORM, commands[i].form, NULL);
    }
    return misused(MU_W_LINE_NO_COMMAND, words[0], NULL);
}

int main(int argc, char **argv)
{
    static const struct option known[] = {
        {"log", required_argument, NULL, 'l'},  {"at", required_argument, NULL, 'a'},
        {"as", required_argument, NULL, 's'},   {"json", no_argument, NULL, 'j'},
        {"lang", required_argument, NULL, 'g'}, {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},    {NULL, 0, NULL, 0},
    };
    int option;

    set_language();
    options.lang = mu_words_lang_asked(argc, argv, options.lang);
    opterr = 0; /* its sentences are English */
    while ((option = getopt_long(argc, argv, ":h", known, NULL)) != -1) {
        if (option == 'h')
            return usage(stdout, DONE);
        if (option == 'v')
            return printf("muster-replay %s\n", MU_VERSION) < 0;
        if (option == ':' || option == '?')
            return misused(option == ':' ? MU_W_LINE_OPTION_WANTS : MU_W_LINE_NO_OPTION,
                           argv[optind - 1], NULL);
        if (take_option(option) != MU_OK)
            return misused(MU_W_WRONG_OPTION, "--log", optarg);
    }
    return run_command(argc - optind, argv + optind);
}

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
#include "replay/walk.h"

/* Exit statuses, the same in all of Muster's programs. */
enum { DONE = 0, FAILED = 1, USAGE = 2, NOT_FOUND = 3, DAMAGED = 6, STOPPED = 130 };

struct command {
    const char *name;
    int arguments;
    int (*run)(char **arguments);
    const char *takes; /* letters of take_option it makes use of; --lang all do */
    const char *form;
};

static struct mu_why why;
static struct mu_verify_options options = {.why = &why};
static const char *at_text, *as_agency, *log_text;
static struct mu_hash expected_log;

static int status_of(enum mu_err err)
{
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
    case MU_E_STOPPED:
        return STOPPED;
    default:
        return FAILED;
    }
}

/* Reading a record that is being written to takes a reader's place in it, so that writing is needed too. */
static bool is_closed_to_us(const char *path)
{
    char log[4096];

    if (access(path, R_OK) != 0)
        return true;
    return (size_t)snprintf(log, sizeof log, "%s/log", path) < sizeof log &&
           access(log, F_OK) == 0 && access(log, R_OK | W_OK | X_OK) != 0;
}

/* What a code means of a record differs from what it means of a message. */
static void be_plain(const char *subject, enum mu_err err)
{
    enum mu_word word;

    switch (err) {
    case MU_E_BAD_VALUE:
        subject = at_text;
        word = MU_W_REPLAY_BAD_TIME;
        break;
    case MU_E_ABSENT:
        word = access(subject, F_OK) != 0 && errno == EACCES ? MU_W_REPLAY_NO_ACCESS
                                                             : MU_W_REPLAY_NO_RECORD;
        break;
    case MU_E_MALFORMED:
        word = MU_W_REPLAY_NOT_A_RECORD;
        break;
    case MU_E_VERSION:
        word = MU_W_REPLAY_NEWER;
        break;
    case MU_E_OTHER_LOG:
        word = MU_W_REPLAY_OTHER_LOG;
        break;
    case MU_E_IO:
    case MU_E_NOT_ALLOWED:
        if (!is_closed_to_us(subject))
            return;
        word = MU_W_REPLAY_NO_ACCESS;
        break;
    default:
        return;
    }
    mu_why(&options, word, &subject, 1);
}

static int explain(const char *subject, enum mu_err err)
{
    char line[4096];
    struct mu_text text = mu_text(line, sizeof line);
    const char *args[] = {subject, mu_err_sentence(err, options.lang),
                          mu_err_remedy(err, options.lang), mu_err_code(err)};
    const char *plain[] = {why.text, mu_err_code(err)};

    if (why.text[0] == '\0')
        be_plain(subject, err);
    if (why.text[0] != '\0')
        mu_words_fill(&text, mu_word(MU_W_REPLAY_WHY, options.lang), plain, 2);
    else
        mu_words_fill(&text, mu_word(MU_W_ERROR_LINE, options.lang), args, 4);
    fprintf(stderr, "%s\n", line);
    return status_of(err);
}

static int run_verify(char **arguments)
{
    enum mu_err err = mu_verify(arguments[0], &options, stdout);

    if (err == MU_OK)
        return DONE;
    return err == MU_E_PROOF ? DAMAGED : explain(arguments[0], err);
}

/* The name appears only when the export is whole, so a broken one is never mistaken for it. */
static enum mu_err export_to(const char *from, const char *to, struct mu_export *out, int *why_not)
{
    char part[4096];
    enum mu_err err;

    if ((size_t)snprintf(part, sizeof part, "%s.part", to) >= sizeof part)
        return MU_E_LIMIT;
    out->file = fopen(part, "wb");
    *why_not = errno;
    if (out->file == NULL)
        return MU_E_SYSTEM;
    err = mu_walk(from, &options, mu_export_take, out);
    if (err == MU_OK && fsync(fileno(out->file)) != 0)
        err = MU_E_IO;
    if (fclose(out->file) != 0 && err == MU_OK)
        err = MU_E_IO;
    if (err == MU_OK && rename(part, to) != 0)
        err = MU_E_SYSTEM;
    *why_not = errno;
    if (err != MU_OK)
        unlink(part);
    return err;
}

/* Which of the two it was: the record, or the place for the file. */
static int explain_export(char **arguments, enum mu_err err, int why_not)
{
    const char *args[] = {arguments[1], strerror(why_not)};

    if (err == MU_E_SYSTEM || (err == MU_E_IO && !is_closed_to_us(arguments[0])))
        mu_why(&options, MU_W_REPLAY_CANNOT_WRITE, args, 2);
    return explain(arguments[0], err);
}

static int run_export(char **arguments)
{
    struct mu_export out = {.buffer = malloc(MU_EXPORT_RECORD_MAX)};
    char entries[24], lost[24], line[4352];
    const char *args[] = {entries, arguments[1]};
    const char *lost_args[] = {lost};
    int why_not = 0;
    struct mu_text text = mu_text(line, sizeof line);
    enum mu_err err =
        out.buffer == NULL ? MU_E_NO_MEMORY : export_to(arguments[0], arguments[1], &out, &why_not);

    free(out.buffer);
    if (err != MU_OK)
        return explain_export(arguments, err, why_not);
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

/* Damage was said where it was found. */
static int end(const char *subject, enum mu_err err)
{
    if (err == MU_OK)
        return DONE;
    return err == MU_E_PROOF ? DAMAGED : explain(subject, err);
}

static int run_show(char **arguments)
{
    enum mu_err err = as_agency == NULL
                          ? mu_show(arguments[0], at_text, &options, stdout)
                          : mu_show_as(arguments[0], at_text, as_agency, &options, stdout);

    return end(arguments[0], err);
}

static int run_who_knows(char **arguments)
{
    return end(arguments[0], mu_who_knows(arguments[0], arguments[1], at_text, &options, stdout));
}

static int run_held(char **arguments)
{
    bool held;
    int status = end(arguments[0], mu_held(arguments[0], arguments[1], arguments[2], at_text,
                                           &options, stdout, &held));

    return status == DONE && !held ? NOT_FOUND : status;
}

static int run_receipts(char **arguments)
{
    return end(arguments[0], mu_show_receipts(arguments[0], arguments[1], &options, stdout));
}

static const struct command commands[] = {
    {"verify", 1, run_verify, "lj", "verify RECORD"},
    {"export", 2, run_export, "", "export RECORD FILE"},
    {"show", 1, run_show, "lasj", "show RECORD [--at TIME] [--as AGENCY]"},
    {"who-knows", 2, run_who_knows, "laj", "who-knows RECORD OBJECT[@vN] [--at TIME]"},
    {"held", 3, run_held, "laj", "held RECORD AGENCY OBJECT[@vN] [--at TIME]"},
    {"receipts", 2, run_receipts, "lj", "receipts RECORD AGENCY"},
};

static int usage(FILE *to, int status)
{
    fprintf(to, "%s\n", mu_word(MU_W_REPLAY_USAGE, options.lang));
    return status;
}

static char given[16]; /* letters of the options given */

static void take_option(int option)
{
    size_t count = strlen(given);

    if (count + 1 < sizeof given)
        given[count] = (char)option;
    switch (option) {
    case 'l':
        log_text = optarg;
        break;
    case 'a':
        at_text = optarg;
        break;
    case 's':
        as_agency = optarg;
        break;
    case 'j':
        options.json = true;
        break;
    default: /* 'g': found before */
        break;
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

static bool read_log(void)
{
    if (log_text == NULL)
        return true;
    options.log = &expected_log;
    if (mu_unhex(log_text, expected_log.b, sizeof expected_log.b) == MU_OK)
        return true;
    mu_why(&options, MU_W_REPLAY_BAD_LOG, &log_text, 1);
    return false;
}

/* An option that does nothing would be believed to have done something. */
static bool takes_all(const struct command *command)
{
    static const struct {
        char letter;
        const char *name;
    } names[] = {{'l', "--log"}, {'a', "--at"}, {'s', "--as"}, {'j', "--json"}};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *args[] = {command->name, names[i].name};

        if (strchr(given, names[i].letter) == NULL ||
            strchr(command->takes, names[i].letter) != NULL)
            continue;
        mu_why(&options, MU_W_REPLAY_OPTION, args, 2);
        return false;
    }
    return true;
}

static int run(const struct command *command, char **arguments)
{
    mu_walk_listen();
    return takes_all(command) && read_log() ? command->run(arguments)
                                            : explain(command->name, MU_E_USAGE);
}

static int run_command(int count, char **words)
{
    if (count == 0)
        return usage(stderr, USAGE);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(words[0], commands[i].name) != 0)
            continue;
        return count == commands[i].arguments + 1 ? run(&commands[i], words + 1)
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
        take_option(option);
    }
    return run_command(argc - optind, argv + optind);
}

/* musterd: found a county's record, or serve it. */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "broker/daemon/command.h"
#include "broker/daemon/init.h"
#include "broker/daemon/serve.h"
#include "proto/base/moment.h"
#include "proto/base/version.h"
#include "proto/words/words.h"

/* Exit statuses, the same in all of Muster's programs. */
enum { DONE = 0, FAILED = 1, USAGE = 2, NOT_FOUND = 3, NOT_ALLOWED = 4, DAMAGED = 6 };

struct arguments {
    struct mu_init init;
    const char *config; /* NULL: DIR/musterd.conf */
    const char *start;
    const char *rate;
    const char *offset;
    struct mu_backup backup;
    bool check;
    int line_words; /* beside the program's name; 0: it was only called */
    enum mu_lang lang;
};

/* ---- words ----------------------------------------------------------------------------------- */

static void set_language(struct arguments *a)
{
    if (setlocale(LC_ALL, "") == NULL || strcmp(setlocale(LC_CTYPE, NULL), "C") == 0)
        setlocale(LC_ALL, "C.UTF-8");
    a->lang = mu_words_lang_of(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG"));
}

static void tell(const struct arguments *a, enum mu_word word, const char *const *args,
                 size_t count)
{
    char line[2048];
    struct mu_text text = mu_text(line, sizeof line);

    mu_words_fill(&text, mu_word(word, a->lang), args, count);
    fprintf(stderr, "%s\n", line);
}

static int explain(const struct arguments *a, const char *subject, enum mu_err err)
{
    const char *args[] = {subject, mu_err_sentence(err, a->lang), mu_err_remedy(err, a->lang),
                          mu_err_code(err)};

    tell(a, MU_W_ERROR_LINE, args, 4);
    switch (err) {
    case MU_E_ABSENT:
        return NOT_FOUND;
    case MU_E_BAD_KEY:
    case MU_E_NOT_ALLOWED:
        return NOT_ALLOWED;
    case MU_E_CORRUPT:
        return DAMAGED;
    case MU_E_BAD_AREA:
    case MU_E_BAD_VALUE:
    case MU_E_CONFIG:
        return USAGE;
    default:
        return FAILED;
    }
}

static int usage(const struct arguments *a, FILE *to, int status)
{
    fprintf(to, "%s\n\n", mu_word(MU_W_MUSTERD_USAGE, a->lang));
    mu_config_explain(to, a->lang);
    return status;
}

static int wrong(const struct arguments *a, const char *option, const char *value)
{
    const char *args[] = {option, value == NULL ? "" : value};

    tell(a, MU_W_WRONG_OPTION, args, 2);
    return USAGE;
}

/* One sentence about what is wrong, and where the rest stands: a page of help buries what was asked for. */
static int misused(const struct arguments *a, enum mu_word word, const char *whose,
                   const char *what)
{
    const char *args[] = {whose, what}, *program[] = {"musterd"};

    tell(a, word, args, 2);
    tell(a, MU_W_LINE_SEE, program, 1);
    return USAGE;
}

static int wrong_value(const struct arguments *a, enum mu_word word, const char *value)
{
    return misused(a, word, value, "");
}

/* The first of the options a command cannot do without that was not given; NULL: all are there. */
struct wanted {
    const char *value, *option;
};

static const char *lacks(const struct wanted *wanted, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (wanted[i].value == NULL)
            return wanted[i].option;
    return NULL;
}

/* ---- values ---------------------------------------------------------------------------------- */

/* An exercise may run up to 3600 times as fast: an hour a second. */
static bool read_rate(const char *text, uint32_t *milli)
{
    char *end;
    long rate;

    *milli = 0;
    if (strcmp(text, "step") == 0)
        return true;
    rate = strtol(text, &end, 10);
    *milli = (uint32_t)rate * 1000u;
    return end != text && *end == '\0' && rate >= 1 && rate <= 3600;
}

static int64_t wall_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- commands -------------------------------------------------------------------------------- */

/* The clock of an actual record is the wall's; only an exercise may set another. */
static int run_init(struct arguments *a)
{
    struct mu_init *init = &a->init;
    struct mu_hash log;
    char hex[65];
    const char *args[] = {init->county, hex, init->dir};
    enum mu_err err;

    init->start_ms = wall_ms();
    init->rate_milli = 1000;
    const char *lacking = lacks((struct wanted[]){{init->dir, "--dir DIR"},
                                                  {init->county, "--county NAME"},
                                                  {init->area, "--area PATH"}},
                                3);
    if (lacking != NULL)
        return misused(a, MU_W_LINE_LACKS, "musterd init", lacking);
    if (a->offset != NULL && !mu_offset_read(a->offset, &init->offset_min))
        return wrong_value(a, MU_W_WRONG_OFFSET, a->offset);
    if (!init->exercise && (a->start != NULL || a->rate != NULL))
        return wrong_value(a, MU_W_WRONG_NOT_EXERCISE, "");
    if (a->start != NULL && !mu_moment_read(a->start, init->offset_min, &init->start_ms))
        return wrong_value(a, MU_W_WRONG_START, a->start);
    if (a->rate != NULL && !read_rate(a->rate, &init->rate_milli))
        return wrong_value(a, MU_W_WRONG_RATE, a->rate);
    err = mu_init(init, &log);
    if (err != MU_OK)
        return explain(a, init->dir, err);
    mu_hex(log.b, sizeof log.b, hex);
    tell(a, MU_W_INIT_DONE, args, 3);
    return DONE;
}

/* What is there may be an agent's folder, or one in which a key alone is missing: that is not said here. */
static bool was_founded(const char *dir)
{
    char path[4096];

    return snprintf(path, sizeof path, "%s/log", dir) >= (int)sizeof path ||
           access(path, F_OK) == 0 || errno != ENOENT;
}

static int explain_unfounded(const struct arguments *a, const char *dir)
{
    const char *args[] = {dir, mu_word(MU_W_SERVE_NO_RECORD, a->lang),
                          mu_word(MU_W_SERVE_NO_RECORD_MEND, a->lang), mu_err_code(MU_E_ABSENT)};

    tell(a, MU_W_ERROR_LINE, args, 4);
    return NOT_FOUND;
}

static int run_serve(struct arguments *a)
{
    struct mu_config config;
    struct mu_serve serve = {.dir = a->init.dir, .config = &config, .lang = a->lang};
    char path[4096], why_text[1024];
    struct mu_text why = mu_text(why_text, sizeof why_text);
    enum mu_err err;

    if (serve.dir == NULL && a->line_words == 0)
        return usage(a, stderr, USAGE);
    if (serve.dir == NULL)
        return misused(a, MU_W_LINE_LACKS, "musterd", "--dir DIR");
    if ((size_t)snprintf(path, sizeof path, "%s/musterd.conf", serve.dir) >= sizeof path)
        return wrong(a, "--dir", serve.dir);
    err = mu_config_read(a->config != NULL ? a->config : path, &config, &why);
    if (err == MU_OK && a->init.endpoint != NULL)
        snprintf(config.endpoint, sizeof config.endpoint, "%s", a->init.endpoint);
    if (err == MU_OK)
        err = mu_serve(&serve, &why);
    if (err == MU_OK)
        return DONE;
    if (why.used > 0)
        fprintf(stderr, "musterd: %s\n", why_text);
    return err == MU_E_ABSENT && !was_founded(serve.dir) ? explain_unfounded(a, serve.dir)
                                                         : explain(a, serve.dir, err);
}

/* A check needs no place of its own: one beside the other temporary files is made and removed. */
static int run_check(struct arguments *a)
{
    char spare[256];
    const char *above = getenv("TMPDIR");
    int status;

    snprintf(spare, sizeof spare, "%s/musterd-check-XXXXXX", above != NULL ? above : "/tmp");
    if (a->backup.dir != NULL)
        return mu_command_restore(&a->backup, true, a->lang);
    if (mkdtemp(spare) == NULL)
        return explain(a, spare, MU_E_SYSTEM);
    a->backup.dir = spare;
    status = mu_command_restore(&a->backup, true, a->lang);
    a->backup.dir = NULL;
    (void)rmdir(spare);
    return status;
}

static int run_backup(struct arguments *a)
{
    const char *lacking =
        lacks((struct wanted[]){{a->backup.dir, "--dir DIR"}, {a->backup.file, "--to FILE"}}, 2);

    if (lacking != NULL)
        return misused(a, MU_W_LINE_LACKS, "musterd backup", lacking);
    if (a->check)
        return misused(a, MU_W_LINE_NO_OPTION, "musterd backup", "--check");
    return mu_command_backup(&a->backup, a->lang);
}

static int run_restore(struct arguments *a)
{
    const char *lacking = lacks((struct wanted[]){{a->backup.file, "--from FILE"},
                                                  {a->check ? "" : a->backup.dir, "--dir DIR"}},
                                2);

    if (lacking != NULL)
        return misused(a, MU_W_LINE_LACKS, "musterd restore", lacking);
    return a->check ? run_check(a) : mu_command_restore(&a->backup, false, a->lang);
}

static int run_command(struct arguments *a, const char *name)
{
    static const struct {
        const char *name;
        int (*run)(struct arguments *);
    } commands[] = {{"init", run_init}, {"backup", run_backup}, {"restore", run_restore}};

    a->backup.dir = a->init.dir;
    a->backup.now_ms = wall_ms();
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run(a);
    return misused(a, MU_W_LINE_NO_COMMAND, "musterd", name);
}

/* ---- the command line ------------------------------------------------------------------------ */

static bool take_option(struct arguments *a, int option)
{
    switch (option) {
    case 'd':
        a->init.dir = optarg;
        return true;
    case 'e':
        a->init.endpoint = optarg;
        return true;
    case 'f':
        a->config = optarg;
        return true;
    case 'c':
        a->init.county = optarg;
        return true;
    case 'a':
        a->init.area = optarg;
        return true;
    case 'x':
        a->init.exercise = true;
        return true;
    case 's':
        a->start = optarg;
        return true;
    case 'r':
        a->rate = optarg;
        return true;
    case 'o':
        a->offset = optarg;
        return true;
    case 't':
    case 'm':
        a->backup.file = optarg;
        return true;
    case 'k':
        a->backup.keys = optarg;
        return true;
    case 'p':
        a->check = true;
        return true;
    case 'g':
        a->lang = mu_words_lang(optarg);
        return true;
    default:
        return false;
    }
}

int main(int argc, char **argv)
{
    static const struct option known[] = {
        {"dir", required_argument, NULL, 'd'},
        {"endpoint", required_argument, NULL, 'e'},
        {"config", required_argument, NULL, 'f'},
        {"county", required_argument, NULL, 'c'},
        {"area", required_argument, NULL, 'a'},
        {"exercise", no_argument, NULL, 'x'},
        {"start", required_argument, NULL, 's'},
        {"rate", required_argument, NULL, 'r'},
        {"offset", required_argument, NULL, 'o'},
        {"to", required_argument, NULL, 't'},
        {"from", required_argument, NULL, 'm'},
        {"keys", required_argument, NULL, 'k'},
        {"check", no_argument, NULL, 'p'},
        {"lang", required_argument, NULL, 'g'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},
        {NULL, 0, NULL, 0},
    };
    struct arguments a = {0};
    int option;

    a.line_words = argc - 1;
    set_language(&a);
    a.lang = mu_words_lang_asked(argc, argv, a.lang);
    opterr = 0; /* its sentences are English */
    while ((option = getopt_long(argc, argv, ":h", known, NULL)) != -1) {
        if (option == 'h')
            return usage(&a, stdout, DONE);
        if (option == 'v')
            return printf("musterd %s\n", MU_VERSION) < 0;
        if (!take_option(&a, option))
            return misused(&a, option == ':' ? MU_W_LINE_OPTION_WANTS : MU_W_LINE_NO_OPTION,
                           "musterd", argv[optind - 1]);
    }
    if (optind == argc)
        return run_serve(&a);
    return optind + 1 == argc ? run_command(&a, argv[optind])
                              : misused(&a, MU_W_LINE_NO_COMMAND, "musterd", argv[optind + 1]);
}

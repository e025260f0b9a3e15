/* muster-player: the people of an exercise. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "agents/player/run.h"

/* Part of the interface, as for every program of Muster. */
enum { DONE = 0, FAILED = 1, USAGE = 2, UNREACHABLE = 5 };

/* A county of a thousand objects; a day of rows. */
#define FILE_BYTES_MAX (8u * 1024u * 1024u)

struct wishes {
    const char *reference, *script, *agents, *admin, *until, *journal;
    bool check, describe, step;
    int patience_ms;
    enum mu_lang lang;
};

/* ---- the command line --------------------------------------------------------------------------------- */

static const struct option options[] = {
    {"reference", required_argument, NULL, 'r'},
    {"script", required_argument, NULL, 's'},
    {"agents", required_argument, NULL, 'a'},
    {"admin", required_argument, NULL, 'm'},
    {"until", required_argument, NULL, 'u'},
    {"journal", required_argument, NULL, 'j'},
    {"patience", required_argument, NULL, 'p'},
    {"lang", required_argument, NULL, 'l'},
    {"check", no_argument, NULL, 'c'},
    {"describe", no_argument, NULL, 'd'},
    {"step", no_argument, NULL, 't'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static void print_usage(FILE *out, enum mu_lang lang)
{
    fprintf(out, "%s\n", mu_word(MU_W_PLAYER_USAGE, lang));
}

static bool read_seconds(const char *text, int *ms)
{
    char *end;
    long seconds = strtol(text, &end, 10);

    if (end == text || *end != '\0' || seconds < 1 || seconds > 3600)
        return false;
    *ms = (int)seconds * 1000;
    return true;
}

static bool take_option(struct wishes *wishes, int key, char *value)
{
    switch (key) {
    case 'r':
        wishes->reference = value;
        return true;
    case 's':
        wishes->script = value;
        return true;
    case 'a':
        wishes->agents = value;
        return true;
    case 'm':
        wishes->admin = value;
        return true;
    case 'u':
        wishes->until = value;
        return true;
    case 'j':
        wishes->journal = value;
        return true;
    case 'l':
        wishes->lang = mu_words_lang(value);
        return true;
    case 'c':
        wishes->check = true;
        return true;
    case 'd':
        wishes->describe = true;
        return true;
    case 't':
        wishes->step = true;
        return true;
    case 'p':
        return read_seconds(value, &wishes->patience_ms);
    default:
        return false;
    }
}

/* True when the line makes sense; else *code is the exit code. */
static bool read_line(struct wishes *wishes, int argc, char **argv, int *code)
{
    int key;

    *wishes = (struct wishes){
        .patience_ms = 30000,
        .lang = mu_words_lang_of(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG"))};
    wishes->lang = mu_words_lang_asked(argc, argv, wishes->lang);
    *code = USAGE;
    while ((key = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (key == 'h') {
            print_usage(stdout, wishes->lang);
            *code = DONE;
            return false;
        }
        if (!take_option(wishes, key, optarg)) {
            print_usage(stderr, wishes->lang);
            return false;
        }
    }
    bool plays = !wishes->check && !wishes->describe;
    if (optind == argc && wishes->reference != NULL && wishes->script != NULL &&
        (!plays || (wishes->agents != NULL && wishes->admin != NULL)))
        return true;
    print_usage(stderr, wishes->lang);
    return false;
}

/* ---- files ----------------------------------------------------------------------------------------------- */

static int explain(const struct mu_mistake *mistake, enum mu_lang lang)
{
    char line[2048];
    struct mu_text text = mu_text(line, sizeof line);

    mu_mistake_tell(mistake, lang, &text);
    fprintf(stderr, "%s\n", line);
    return mistake->code == MU_E_UNREACHABLE || mistake->code == MU_E_TIMEOUT ? UNREACHABLE
                                                                              : FAILED;
}

/* What the system said last, in words; until the next call. */
static const char *system_words(enum mu_lang lang)
{
    static char words[128];
    struct mu_text text = mu_text(words, sizeof words);

    mu_words_system(&text, errno, lang);
    return words;
}

/* The whole file, to be freed by the caller. */
static enum mu_err read_file(const char *path, enum mu_lang lang, uint8_t **bytes, size_t *size,
                             struct mu_mistake *mistake)
{
    FILE *file = fopen(path, "rb");
    enum mu_err err = MU_OK;

    mistake->file = path;
    *bytes = malloc(FILE_BYTES_MAX);
    *size = 0;
    if (*bytes == NULL)
        err = mu_mistaken(mistake, MU_E_NO_MEMORY, 0, "");
    else if (file == NULL)
        err = mu_mistaken(mistake, errno == ENOENT ? MU_E_ABSENT : MU_E_SYSTEM, 0,
                          system_words(lang));
    else if ((*size = fread(*bytes, 1, FILE_BYTES_MAX, file)) == FILE_BYTES_MAX)
        err = mu_mistaken(mistake, MU_E_TOO_LARGE, 0, "");
    else if (ferror(file))
        err = mu_mistaken(mistake, MU_E_SYSTEM, 0, system_words(lang));
    if (file != NULL)
        fclose(file);
    return err;
}

static enum mu_err read_play(struct mu_play *play, const struct wishes *wishes,
                             struct mu_mistake *mistake)
{
    uint8_t *bytes = NULL;
    size_t size;
    enum mu_err err = read_file(wishes->reference, wishes->lang, &bytes, &size, mistake);

    if (err == MU_OK)
        err = mu_reference_read((struct mu_bytes){bytes, size}, &play->reference, mistake);
    free(bytes);
    if (err != MU_OK)
        return err;
    err = read_file(wishes->script, wishes->lang, &bytes, &size, mistake);
    if (err == MU_OK)
        err = mu_script_read((struct mu_bytes){bytes, size}, &play->reference.hours, &play->script,
                             mistake);
    free(bytes);
    return err != MU_OK ? err : mu_play_check(play, mistake);
}

/* ---- what it can do ---------------------------------------------------------------------------------------- */

static void print_clock(const char *name, int64_t ms, int offset_min)
{
    struct mu_civil civil = mu_civil(ms, offset_min);

    printf("%s\t%04d-%02d-%02dT%02d:%02d:%02d\n", name, civil.year, civil.month, civil.day,
           civil.hour, civil.minute, civil.second);
}

/* What `muster demo` needs to set an exercise up, so that only this program knows the file's form. */
static int describe(const struct mu_play *play)
{
    const struct mu_reference *reference = &play->reference;

    printf("county\t%s\t%s\n", reference->county_zh, reference->county_en);
    printf("area\t%s\noffset\t%s\n", reference->area, reference->offset);
    print_clock("start", reference->hours.start_ms, reference->hours.offset_min);
    printf("begins\t%lld\n", (long long)reference->hours.start_ms);
    print_clock("prelude", reference->hours.prelude_ms, reference->hours.offset_min);
    printf("rate\t%u\n", (unsigned)reference->hours.rate);
    for (size_t i = 0; i < reference->agency_count; i++) {
        const struct mu_place_agency *agency = &reference->agencies[i];

        printf("agency\t%s\t%s\t%s\t%s\t%s\t%s\n", agency->code, agency->zh, agency->en,
               agency->roles, agency->area == NULL ? "" : agency->area, agency->telephone);
    }
    for (size_t i = 0; i < reference->program_count; i++)
        printf("program\t%s\t%s\n", reference->programs[i].agency, reference->programs[i].program);
    return fflush(stdout) == 0 ? DONE : FAILED;
}

static int say_checked(const struct mu_play *play, enum mu_lang lang)
{
    char objects[24], rows[24], line[1024];
    const char *args[] = {play->reference_file, objects, play->script_file, rows};
    struct mu_text text = mu_text(line, sizeof line);

    snprintf(objects, sizeof objects, "%zu", play->reference.object_count);
    snprintf(rows, sizeof rows, "%zu", play->script.row_count);
    mu_words_fill(&text, mu_word(MU_W_PLAYER_CHECKED, lang), args, 4);
    puts(line);
    return DONE;
}

static enum mu_err perform(const struct mu_play *play, const struct wishes *wishes, FILE *journal,
                           struct mu_mistake *mistake)
{
    struct mu_stage_options stage_options = {
        .agents_dir = wishes->agents,
        .admin_dir = wishes->admin,
        .journal = journal,
        .patience_ms = wishes->patience_ms,
    };
    struct mu_run run = {.play = play, .stepped = wishes->step, .until_ms = INT64_MAX};
    static char about[PATH_MAX];
    enum mu_err err;

    mistake->file = "--until";
    if (wishes->until != NULL &&
        !mu_hours_clock(wishes->until, &play->reference.hours, &run.until_ms)) {
        err = mu_mistaken(mistake, MU_E_USAGE, 0, wishes->until);
        mu_mistake_hint(mistake, "T+MM:SS, HH:MM");
        return err;
    }
    err = mu_stage_open(play, &stage_options, &run.stage, about);
    mistake->file = about;
    if (err != MU_OK)
        return mu_mistaken(mistake, err, 0, "");
    mistake->file = "";
    err = mu_run(&run, mistake);
    /* Where the record and its clock stood when all was played and every program at rest. */
    if (err == MU_OK)
        printf("end\t%llu\t%lld\n", (unsigned long long)mu_stage_through(run.stage),
               (long long)mu_stage_now_ms(run.stage));
    mu_stage_close(&run.stage);
    return err;
}

static int play_it(const struct mu_play *play, const struct wishes *wishes)
{
    struct mu_mistake mistake = {.file = ""};
    FILE *journal = NULL;
    enum mu_err err;

    if (wishes->journal != NULL && (journal = fopen(wishes->journal, "a")) == NULL) {
        mistake.file = wishes->journal;
        (void)mu_mistaken(&mistake, MU_E_SYSTEM, 0, system_words(wishes->lang));
        return explain(&mistake, wishes->lang);
    }
    err = perform(play, wishes, journal, &mistake);
    if (journal != NULL)
        fclose(journal);
    return err == MU_OK ? DONE : explain(&mistake, wishes->lang);
}

int main(int argc, char **argv)
{
    struct wishes wishes;
    struct mu_mistake mistake = {.file = ""};
    int code;

    if (!read_line(&wishes, argc, argv, &code))
        return code;
    struct mu_play play = {.reference_file = wishes.reference, .script_file = wishes.script};
    if (read_play(&play, &wishes, &mistake) != MU_OK)
        code = explain(&mistake, wishes.lang);
    else if (wishes.describe)
        code = describe(&play);
    else if (wishes.check)
        code = say_checked(&play, wishes.lang);
    else
        code = play_it(&play, &wishes);
    mu_reference_free(&play.reference);
    mu_script_free(&play.script);
    return code;
}

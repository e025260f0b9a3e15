/* muster import nanao|usgs FILE...: published tables into the record, row by row: shelter head counts,
 * gauge series. */
#include "agents/cli/import/list.h"
#include "agents/cli/show/show.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A table of two thousand shelters. */
#define TABLE_BYTES_MAX (4u * 1024u * 1024u)

enum { KEY_DRY_RUN = 256 };

const struct mu_cli_option mu_cli_import_options[] = {
    {"dry-run", KEY_DRY_RUN, NULL, MU_W_OPT_IMPORT_DRY},
    {NULL, 0, NULL, MU_W_EXERCISE},
};

/* ---- one row, one line ---------------------------------------------------------------------------------- */

static const char *verdict_of(const struct mu_import_row *row)
{
    return row->refusal.code != MU_OK ? "refused" : row->known ? "known" : "taken";
}

/* Our own refusals have their sentences; those of the record the sentences of its codes. */
static void explain(const struct mu_import_row *row, enum mu_lang lang, struct mu_text *why,
                    struct mu_text *remedy)
{
    bool by_reader = row->refusal.why != row->refusal.remedy; /* the record gives a code only */

    if (by_reader) {
        mu_nanao_explain(&row->refusal, lang, why, remedy);
        return;
    }
    mu_text_add(why, mu_err_sentence(row->refusal.code, lang));
    if (row->field[0] != '\0')
        mu_text_addf(why, ": %s", row->field);
    mu_text_add(remedy, mu_err_remedy(row->refusal.code, lang));
}

static void print_json(const struct mu_import_row *row, const struct mu_style *style,
                       const char *why, const char *remedy)
{
    char line[4096], clock[64];
    struct mu_text out = mu_text(line, sizeof line), time = mu_text(clock, sizeof clock);

    mu_json_open(&out);
    mu_json_member(&out, "file", row->file);
    mu_json_number(&out, "line", (int64_t)row->line);
    mu_json_member(&out, "id", row->id);
    mu_json_member(&out, "verdict", verdict_of(row));
    if (row->refusal.code == MU_OK) {
        mu_show_iso(&time, style, row->counted_at_ms);
        if (row->said[0] != '\0') {
            mu_json_member(&out, "reading", row->said);
            mu_json_member(&out, "readAt", clock);
        } else {
            mu_json_number(&out, "persons", row->persons);
            mu_json_member(&out, "countedAt", clock);
        }
    } else {
        mu_json_member(&out, "code", mu_err_code(row->refusal.code));
        mu_json_member(&out, "why", why);
        mu_json_member(&out, "remedy", remedy);
    }
    mu_json_close(&out);
    puts(line);
}

static enum mu_word word_of(const struct mu_import_row *row)
{
    if (row->said[0] != '\0')
        return row->known ? MU_W_IMPORT_GAUGE_KNOWN : MU_W_IMPORT_GAUGE_TAKEN;
    return row->known ? MU_W_IMPORT_KNOWN : MU_W_IMPORT_TAKEN;
}

static void print_row(const struct mu_cli *cli, const struct mu_style *style,
                      const struct mu_import_row *row)
{
    char why[1024] = "", remedy[1024] = "", place[4096], count[48];
    struct mu_text why_text = mu_text(why, sizeof why);
    struct mu_text remedy_text = mu_text(remedy, sizeof remedy);

    if (row->refusal.code != MU_OK)
        explain(row, cli->lang, &why_text, &remedy_text);
    snprintf(place, sizeof place, "%s:%zu", row->file, row->line);
    snprintf(count, sizeof count, "%u", (unsigned)row->persons);
    if (row->said[0] != '\0')
        snprintf(count, sizeof count, "%s", row->said);
    if (cli->form == MU_FORM_JSON)
        print_json(row, style, why, remedy);
    else if (cli->form == MU_FORM_PLAIN)
        printf("%s\t%zu\t%s\t%s\t%s\t%s\t%s\n", row->file, row->line, verdict_of(row), row->id,
               row->refusal.code == MU_OK ? count : mu_err_code(row->refusal.code), why, remedy);
    else if (row->refusal.code != MU_OK)
        mu_output_line(cli, MU_W_IMPORT_REFUSED, place, row->id, why, remedy,
                       mu_err_code(row->refusal.code), NULL);
    else
        mu_output_line(cli, word_of(row), place, row->id, count, NULL);
}

static void print_tally(const struct mu_cli *cli, const struct mu_import_list *list, bool dry)
{
    size_t taken = 0, known = 0, refused = 0;
    char taken_text[24], known_text[24], refused_text[24];

    for (size_t i = 0; i < list->row_count; i++) {
        const struct mu_import_row *row = &list->rows[i];

        *(row->refusal.code != MU_OK ? &refused : row->known ? &known : &taken) += 1;
    }
    snprintf(taken_text, sizeof taken_text, "%zu", taken);
    snprintf(known_text, sizeof known_text, "%zu", known);
    snprintf(refused_text, sizeof refused_text, "%zu", refused);
    mu_cli_tell(cli, dry ? MU_W_IMPORT_TALLY_DRY : MU_W_IMPORT_TALLY, taken_text, known_text,
                refused_text, NULL);
}

/* ---- files ------------------------------------------------------------------------------------------------ */

static enum mu_err read_file(const char *path, uint8_t **bytes, size_t *size)
{
    FILE *file = fopen(path, "rbe");
    enum mu_err err = MU_OK;

    *bytes = NULL;
    if (file == NULL)
        return errno == ENOENT ? MU_E_ABSENT : MU_E_SYSTEM;
    if ((*bytes = malloc(TABLE_BYTES_MAX)) == NULL)
        err = MU_E_NO_MEMORY;
    else if ((*size = fread(*bytes, 1, TABLE_BYTES_MAX, file)) == TABLE_BYTES_MAX)
        err = MU_E_TOO_LARGE;
    else if (ferror(file))
        err = MU_E_SYSTEM;
    fclose(file);
    return err;
}

static int refuse_table(const struct mu_cli *cli, const char *path,
                        const struct mu_nanao_refusal *refusal)
{
    char why[512], remedy[512];
    struct mu_text why_text = mu_text(why, sizeof why);
    struct mu_text remedy_text = mu_text(remedy, sizeof remedy);

    mu_nanao_explain(refusal, cli->lang, &why_text, &remedy_text);
    return mu_cli_fail(cli, MU_EXIT_FAILED, MU_W_IMPORT_NO_TABLE, path, why, remedy,
                       mu_err_code(refusal->code), NULL);
}

/* The forms there are. */
typedef enum mu_err (*table_fn)(struct mu_import_list *list, const char *file, struct mu_bytes text,
                                struct mu_nanao_refusal *refusal);

static const struct form {
    const char *name;
    table_fn read;
    const char *area; /* of a dry run, when no record says one */
    int offset_min;   /* in which times are shown */
} forms[] = {
    {"nanao", mu_import_table, "jp/17/202", MU_NANAO_OFFSET_MIN},
    {"usgs", mu_import_gauges, "us", 0},
};

static const struct form *form_of(const char *name)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (strcmp(forms[i].name, name) == 0)
            return &forms[i];
    return NULL;
}

/* A table that cannot be read keeps none of the others out. */
static int read_tables(struct mu_import_list *list, const struct form *form, int count,
                       char **paths)
{
    int worst = MU_EXIT_DONE;

    for (int i = 0; i < count; i++) {
        struct mu_nanao_refusal refusal = {.code = MU_OK};
        uint8_t *bytes;
        size_t size = 0;
        enum mu_err err = read_file(paths[i], &bytes, &size);

        if (err == MU_OK)
            err = form->read(list, paths[i], (struct mu_bytes){bytes, size}, &refusal);
        free(bytes);
        if (err != MU_OK && refusal.code != MU_OK)
            worst = refuse_table(list->cli, paths[i], &refusal);
        else if (err != MU_OK)
            worst = mu_cli_error(list->cli, err, paths[i]);
    }
    return worst;
}

/* ---- the command --------------------------------------------------------------------------------------------- */

static int import(struct mu_import_list *list, const struct form *form, bool dry, int count,
                  char **paths)
{
    struct mu_style style = mu_output_style(list->cli, form->offset_min, NULL);
    int worst = read_tables(list, form, count, paths);

    if (!dry && list->event_count > 0) {
        int code = mu_import_send(list);

        if (code != MU_EXIT_DONE)
            return code;
    }
    for (size_t i = 0; i < list->row_count; i++) {
        print_row(list->cli, &style, &list->rows[i]);
        if (list->rows[i].refusal.code != MU_OK)
            worst = MU_EXIT_FAILED;
    }
    print_tally(list->cli, list, dry);
    return worst;
}

/* Who speaks, into which record, and what that record knows of these shelters already. */
static int look_around(struct mu_import_list *list, struct mu_look *look)
{
    int code = mu_look_open(look, list->cli);

    if (code == MU_EXIT_DONE)
        code = mu_look_fold(look);
    if (code != MU_EXIT_DONE)
        return code;
    list->look = look;
    list->defaults = (struct mu_say_defaults){
        .agency = mu_agent_agency(look->talk.agent),
        .area = look->county.area,
        .status = look->county.status,
        .now_ms = mu_county_now_ms(&look->county, look->talk.agent),
        .clock_quality = (uint32_t)mu_agent_clock_quality(look->talk.agent),
    };
    return MU_EXIT_DONE;
}

static int read_line(struct mu_cli *cli, int argc, char **argv, bool *dry)
{
    const char *value;
    int key;

    while ((key = mu_cli_option(cli, argc, argv, mu_cli_import_options, &value)) != -1) {
        if (key == '?' || key == '!')
            return key;
        *dry = true;
    }
    if (argc - optind >= 2 && form_of(argv[optind]) != NULL)
        return 0;
    mu_cli_misused(cli, MU_W_IMPORT_WHAT, NULL);
    return '?';
}

int mu_cli_import(struct mu_cli *cli, int argc, char **argv)
{
    struct mu_import_list list = {.cli = cli};
    struct mu_look look = {.cli = NULL};
    const struct form *form;
    bool dry = false;
    int key = read_line(cli, argc, argv, &dry), code = MU_EXIT_DONE;

    if (key != 0)
        return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
    form = form_of(argv[optind]);
    /* A dry run needs no record: its events are checked as if said by nobody in particular. */
    list.defaults = (struct mu_say_defaults){
        .agency = "-", .area = form->area, .status = MUSTER__STATUS__STATUS_ACTUAL};
    if (!dry)
        code = look_around(&list, &look);
    if (code == MU_EXIT_DONE)
        code = import(&list, form, dry, argc - optind - 1, argv + optind + 1);
    if (!dry)
        mu_look_close(&look);
    mu_import_list_free(&list);
    return code;
}

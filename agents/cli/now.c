/* muster now: the picture in 25 lines. What needs a decision first, by when; then people, supplies,
 * roads, plans. */
#include "agents/cli/options.h"
#include "agents/cli/show/screen.h"
#include "agents/cli/show/show.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/picture/card.h"
#include "proto/picture/task.h"

#define DUMP_BYTES_MAX (4u << 20)

enum { KEY_FAIL_ON = 256, KEY_DUMP };

const struct mu_cli_option mu_cli_now_options[] = {
    {"fail-on", KEY_FAIL_ON, "conflict,overdue", MU_W_OPT_FAIL_ON},
    {"dump", KEY_DUMP, NULL, MU_W_OPT_DUMP},
    {NULL, 0, NULL, MU_W_EXERCISE},
};

/* ---- what to exit 7 for ------------------------------------------------------------------------------ */

struct fails {
    bool conflict, overdue;
};

/* "conflict", "overdue" or both with a comma between. */
static bool read_fails(const char *value, struct fails *out)
{
    for (const char *at = value; *at != '\0';) {
        size_t length = strcspn(at, ",");

        if (length == 8 && strncmp(at, "conflict", 8) == 0)
            out->conflict = true;
        else if (length == 7 && strncmp(at, "overdue", 7) == 0)
            out->overdue = true;
        else
            return false;
        at += length + (at[length] == ',' ? 1 : 0);
    }
    return *value != '\0';
}

static bool has_overdue(const struct mu_look *look)
{
    int64_t now_ms = mu_county_now_ms(&look->county, look->talk.agent);
    const struct mu_task *task;

    for (size_t i = 0; (task = mu_picture_task_at(look->picture, i)) != NULL; i++) {
        int64_t due_ms = task->accept_by_ms != 0 ? task->accept_by_ms : task->due_ms;

        if (mu_task_is_open(task) && due_ms != 0 && due_ms < now_ms)
            return true;
    }
    return false;
}

static bool fails_on(const struct mu_look *look, const struct fails *fails)
{
    size_t open = 0;

    if (fails->conflict)
        free(mu_look_cards(look, false, &open));
    return open > 0 || (fails->overdue && has_overdue(look));
}

/* ---- the page ------------------------------------------------------------------------------------ */

static void add_head(struct mu_screen *page)
{
    const struct mu_look *look = page->look;
    char buffer[512], clock[64], number[32];
    struct mu_text line = mu_text(buffer, sizeof buffer), time = mu_text(clock, sizeof clock);
    char county[256];
    struct mu_text name = mu_text(county, sizeof county);
    const char *args[] = {county, clock, number};

    mu_show_name(&name, &look->style, look->county.area); /* in the reader's language, if stated */
    if (strcmp(county, look->county.area) == 0)
        snprintf(county, sizeof county, "%s", look->county.name);
    mu_show_iso(&time, &look->style, page->now_ms);
    snprintf(number, sizeof number, "%" PRIu64, mu_picture_through(look->picture));
    mu_words_fill(&line, mu_word(MU_W_NOW_HEAD, look->style.lang), args, 3);
    if (!look->style.exercise)
        mu_text_addf(&line, "   %s", mu_word(MU_W_NOW_LIVE, look->style.lang));
    mu_screen_add(page, MU_SECTION_HEAD, buffer);
}

/* A page printed elsewhere is as wide as its reader says: a paper has no terminal to ask. */
static size_t columns_asked(void)
{
    const char *value = getenv("COLUMNS");
    long columns = value == NULL ? 0 : strtol(value, NULL, 10);

    return columns < MU_COLUMNS_LEAST || columns > MU_LINE_BYTES_MAX ? 0 : (size_t)columns;
}

static int print_page(const struct mu_look *look, const struct fails *fails)
{
    struct mu_screen page = {.look = look,
                             .now_ms = mu_county_now_ms(&look->county, look->talk.agent)};

    add_head(&page);
    mu_screen_decisions(&page);
    mu_screen_waiting(&page);
    mu_screen_tasks(&page);
    mu_screen_water(&page);
    mu_screen_people(&page);
    mu_screen_supply(&page);
    mu_screen_injured(&page);
    mu_screen_roads(&page);
    mu_screen_plans(&page);
    mu_screen_load(&page);
    mu_screen_print(&page);
    int code = fails_on(look, fails) ? MU_EXIT_ATTENTION : MU_EXIT_DONE;
    if (page.short_of_memory)
        code = mu_cli_error(look->cli, MU_E_NO_MEMORY, NULL);
    mu_screen_free(&page);
    return code;
}

/* Everything that stands, one line per object: what two machines compare. */
static int print_dump(const struct mu_look *look)
{
    char *buffer = malloc(DUMP_BYTES_MAX);
    struct mu_text text = mu_text(buffer, buffer == NULL ? 0 : DUMP_BYTES_MAX);

    if (buffer == NULL)
        return mu_cli_error(look->cli, MU_E_NO_MEMORY, NULL);
    mu_picture_dump(look->picture, &text);
    fputs(buffer, stdout);
    free(buffer);
    return text.cut ? mu_cli_error(look->cli, MU_E_LIMIT, "--dump") : MU_EXIT_DONE;
}

static void print_json_head(const struct mu_look *look)
{
    char line[512], clock[64];
    struct mu_text out = mu_text(line, sizeof line);
    struct mu_text time = mu_text(clock, sizeof clock);

    mu_show_iso(&time, &look->style, mu_county_now_ms(&look->county, look->talk.agent));
    mu_json_open(&out);
    mu_json_member(&out, "county", look->county.name);
    mu_json_member(&out, "now", clock);
    mu_json_number(&out, "through", (int64_t)mu_picture_through(look->picture));
    mu_json_member(&out, "status", look->cli->exercise ? "exercise" : "actual");
    mu_json_close(&out);
    puts(line);
}

/* The head, then every statement that stands, one object a line. */
static int print_entries(const struct mu_look *look, const struct fails *fails)
{
    const struct mu_object *object;
    size_t open;
    const struct mu_card **cards = mu_look_cards(look, false, &open);

    if (look->cli->form == MU_FORM_JSON)
        print_json_head(look);
    for (size_t i = 0; i < open; i++) {
        struct mu_entry entry = mu_look_entry(cards[i]->said);

        mu_output_entry(look->cli, &look->style, &entry);
    }
    free(cards);
    for (uint32_t kind = 16; kind < MUSTER__EVENT__BODY_REFERENCE_OBJECT; kind++) {
        if (kind == MUSTER__EVENT__BODY_FINDING)
            continue;
        for (size_t i = 0; (object = mu_picture_at(look->picture, kind, i)) != NULL; i++) {
            const struct mu_said *head = mu_object_head(object);

            if (head == NULL)
                continue;
            struct mu_entry entry = mu_look_entry(head);
            mu_output_entry(look->cli, &look->style, &entry);
        }
    }
    return fails_on(look, fails) ? MU_EXIT_ATTENTION : MU_EXIT_DONE;
}

int mu_cli_now(struct mu_cli *cli, int argc, char **argv)
{
    struct fails fails = {false, false};
    bool dump = false;
    struct mu_look look;
    const char *value;
    int key;

    while ((key = mu_cli_option(cli, argc, argv, mu_cli_now_options, &value)) != -1) {
        if (key == '?' || key == '!')
            return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
        if (key == KEY_FAIL_ON && !read_fails(value, &fails))
            return mu_cli_wrong_value(cli, "--fail-on", value);
        dump |= key == KEY_DUMP;
    }
    if (optind < argc)
        return mu_cli_misused(cli, MU_W_UNEXPECTED, argv[optind], NULL);
    int code = mu_look_open(&look, cli);
    if (code == MU_EXIT_DONE)
        code = mu_look_fold(&look);
    if (look.style.columns == 0)
        look.style.columns = columns_asked();
    if (code == MU_EXIT_DONE && dump)
        code = print_dump(&look);
    else if (code == MU_EXIT_DONE)
        code =
            cli->form == MU_FORM_HUMAN ? print_page(&look, &fails) : print_entries(&look, &fails);
    mu_look_close(&look);
    return code;
}

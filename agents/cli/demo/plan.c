#include "agents/cli/demo/demo.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COLUMNS_MAX 8u

struct columns {
    char *at[COLUMNS_MAX];
    size_t count;
};

static struct columns cut(char *line)
{
    struct columns columns = {.count = 0};

    while (columns.count < COLUMNS_MAX) {
        char *tab = strchr(line, '\t');

        columns.at[columns.count++] = line;
        if (tab == NULL)
            break;
        *tab = '\0';
        line = tab + 1;
    }
    return columns;
}

static bool take_agency(struct mu_demo_plan *plan, const struct columns *c)
{
    if (c->count != 7 || plan->agency_count == sizeof plan->agencies / sizeof plan->agencies[0])
        return false;
    plan->agencies[plan->agency_count++] = (struct mu_demo_agency){
        .code = c->at[1],
        .zh = c->at[2],
        .en = c->at[3],
        .roles = c->at[4],
        .area = c->at[5],
        .telephone = c->at[6],
    };
    return true;
}

static bool take_program(struct mu_demo_plan *plan, const struct columns *c)
{
    if (c->count != 3 || plan->program_count == sizeof plan->programs / sizeof plan->programs[0] ||
        strchr(c->at[2], '/') != NULL)
        return false;
    struct mu_demo_program *program = &plan->programs[plan->program_count++];
    *program = (struct mu_demo_program){.agency = c->at[1], .program = c->at[2]};
    return snprintf(program->name, sizeof program->name, "%s-%s", c->at[1], c->at[2]) <
           (int)sizeof program->name;
}

static bool take_line(struct mu_demo_plan *plan, char *line)
{
    struct columns c = cut(line);
    const struct {
        const char *key;
        const char **value;
    } words[] = {
        {"area", &plan->area},     {"offset", &plan->offset},   {"start", &plan->start},
        {"begins", &plan->begins}, {"prelude", &plan->prelude}, {"rate", &plan->rate},
    };

    if (strcmp(c.at[0], "agency") == 0)
        return take_agency(plan, &c);
    if (strcmp(c.at[0], "program") == 0)
        return take_program(plan, &c);
    if (strcmp(c.at[0], "county") == 0 && c.count == 3) {
        plan->zh = c.at[1];
        plan->en = c.at[2];
        return true;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i].key, c.at[0]) == 0 && c.count == 2)
            *words[i].value = c.at[1];
    return true; /* a line of a newer player */
}

static bool take_all(struct mu_demo_plan *plan)
{
    bool good = true;
    char *rest;

    for (char *line = strtok_r(plan->text, "\n", &rest); good && line != NULL;
         line = strtok_r(NULL, "\n", &rest))
        good = take_line(plan, line);
    if (plan->begins != NULL)
        plan->start_ms = strtoll(plan->begins, NULL, 10);
    return good && plan->begins != NULL && plan->en != NULL && plan->area != NULL &&
           plan->offset != NULL && plan->start != NULL && plan->prelude != NULL &&
           plan->rate != NULL && plan->agency_count > 0;
}

static bool read_answer(const char *path, struct mu_demo_plan *plan)
{
    FILE *file = fopen(path, "rb");
    size_t size;

    if (file == NULL)
        return false;
    size = fread(plan->text, 1, sizeof plan->text - 1, file);
    plan->text[size] = '\0';
    fclose(file);
    return size < sizeof plan->text - 1;
}

int mu_demo_describe(const struct mu_cli *cli, const struct mu_demo_place *place,
                     const char *reference, const char *script, struct mu_demo_plan *out)
{
    struct mu_child player;
    enum mu_err err;

    *out = (struct mu_demo_plan){.agency_count = 0};
    mu_child_make(&player, place, "muster-player");
    mu_child_arg(&player, "--describe");
    mu_child_arg(&player, "--lang");
    mu_child_arg(&player, cli->lang == MU_LANG_ZH ? "zh" : "en");
    mu_child_arg(&player, "--reference");
    mu_child_arg(&player, reference);
    mu_child_arg(&player, "--script");
    mu_child_arg(&player, script);
    err = mu_demo_path(place, player.log, "logs", "describe");
    if (err == MU_OK)
        err = mu_child_start(&player);
    if (err != MU_OK)
        return mu_cli_error(cli, err, player.name);
    if (mu_child_wait(&player) != 0) {
        char words[4096];
        struct mu_text text = mu_text(words, sizeof words);

        mu_child_words(&player, &text);
        fputs(words, stderr);
        return mu_child_code(&player) < 128 ? mu_child_code(&player) : MU_EXIT_FAILED;
    }
    if (!read_answer(player.log, out) || !take_all(out))
        return mu_cli_error(cli, MU_E_LIMIT, reference);
    return MU_EXIT_DONE;
}

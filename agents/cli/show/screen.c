#include "agents/cli/show/screen.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/cli/show/show.h"
#include "proto/base/clock.h"

#define LABEL_COLUMNS 9u

/* How many lines a section gets when all want more than there is: 25 in all. */
static const struct {
    size_t least;
    enum mu_word label;
} plan[MU_SECTIONS] = {
    [MU_SECTION_HEAD] = {1, MU_W_EXERCISE}, /* without a label */
    [MU_SECTION_DECIDE] = {4, MU_W_NOW_DECIDE},   [MU_SECTION_WAITING] = {3, MU_W_NOW_WAITING},
    [MU_SECTION_TASKS] = {2, MU_W_NOW_TASKS},     [MU_SECTION_WATER] = {3, MU_W_NOW_WATER},
    [MU_SECTION_PEOPLE] = {4, MU_W_NOW_PEOPLE},   [MU_SECTION_SUPPLY] = {1, MU_W_NOW_SUPPLY},
    [MU_SECTION_INJURED] = {3, MU_W_NOW_INJURED}, [MU_SECTION_ROADS] = {1, MU_W_NOW_ROADS},
    [MU_SECTION_PLANS] = {2, MU_W_NOW_PLANS},     [MU_SECTION_LOAD] = {1, MU_W_NOW_LOAD},
};

void mu_screen_add(struct mu_screen *page, enum mu_section section, const char *line)
{
    size_t count = page->sections[section].count, room = page->sections[section].room;
    char **lines = page->sections[section].lines;

    if (count == room) {
        room = room == 0 ? 8 : room * 2;
        if ((lines = realloc(lines, room * sizeof *lines)) == NULL) {
            page->short_of_memory = true;
            return;
        }
        page->sections[section].lines = lines;
        page->sections[section].room = room;
    }
    if ((lines[count] = strdup(line)) == NULL)
        page->short_of_memory = true;
    else
        page->sections[section].count++;
}

void mu_screen_free(struct mu_screen *page)
{
    for (size_t s = 0; s < MU_SECTIONS; s++) {
        for (size_t i = 0; i < page->sections[s].count; i++)
            free(page->sections[s].lines[i]);
        free(page->sections[s].lines);
    }
    *page = (struct mu_screen){.look = NULL};
}

void mu_screen_age(struct mu_text *out, const struct mu_screen *page, int64_t as_of_ms)
{
    char minutes[32];
    const char *args[] = {minutes};
    int64_t age_min;

    if (__builtin_sub_overflow(page->now_ms, as_of_ms, &age_min))
        return;
    age_min /= MU_MINUTE_MS;
    if (age_min <= 0)
        return;
    snprintf(minutes, sizeof minutes, "%" PRId64, age_min);
    if (page->look->style.lang == MU_LANG_EN)
        mu_text_add(out, " ");
    mu_words_fill(out, mu_word(MU_W_MINUTES_AGO, page->look->style.lang), args, 1);
}

/* Into a pipe or a file nothing is cut: what reads it there has no width, and a name cut off is lost. */
static size_t columns_of(const struct mu_screen *page)
{
    size_t columns = page->look->style.columns;

    return columns == 0 ? MU_LINE_BYTES_MAX : columns;
}

size_t mu_screen_room(const struct mu_screen *page)
{
    const struct mu_style *style = &page->look->style;
    size_t mark = style->exercise ? mu_text_columns(mu_word(MU_W_EXERCISE, style->lang)) + 1 : 0;

    return columns_of(page) - mark - LABEL_COLUMNS;
}

/* ---- printing -------------------------------------------------------------------------------------- */

/* Cut where the column ends: between characters, never inside one. */
static void cut(char *line, size_t columns)
{
    static const char dots[] = "…";
    size_t size = strlen(line);

    if (mu_text_columns(line) <= columns)
        return;
    while (size > 0 && mu_text_columns(line) + 1 > columns) {
        do
            size--;
        while (size > 0 && ((unsigned char)line[size] & 0xC0) == 0x80);
        line[size] = '\0';
    }
    memcpy(line + size, dots, sizeof dots); /* what was cut was at least as long */
}

static void print_line(const struct mu_screen *page, enum mu_section section, bool first,
                       const char *words, size_t missing)
{
    char line[MU_LINE_BYTES_MAX + 256], more[64] = "", count[32];
    struct mu_text out = mu_text(line, sizeof line), tail = mu_text(more, sizeof more);
    const struct mu_style *style = &page->look->style;
    const char *args[] = {count};

    if (style->exercise)
        mu_text_addf(&out, "%s ", mu_word(MU_W_EXERCISE, style->lang));
    size_t from = out.used;
    if (section != MU_SECTION_HEAD) {
        if (first)
            mu_text_add(&out, mu_word(plan[section].label, style->lang));
        mu_show_pad(&out, from, LABEL_COLUMNS);
    }
    mu_text_add(&out, words);
    snprintf(count, sizeof count, "%zu", missing);
    if (missing > 0)
        mu_words_fill(&tail, mu_word(MU_W_NOW_MORE, style->lang), args, 1);
    cut(line, columns_of(page) - mu_text_columns(more));
    printf("%s%s\n", line, more);
}

/* Everybody's least first; what is left over goes to those that have more, in their order. */
static void share(const struct mu_screen *page, size_t given[MU_SECTIONS])
{
    size_t left = MU_SCREEN_LINES;

    for (size_t s = 0; s < MU_SECTIONS; s++) {
        size_t count = page->sections[s].count;

        given[s] = count < plan[s].least ? count : plan[s].least;
        left -= given[s];
    }
    for (size_t s = 0; s < MU_SECTIONS && left > 0; s++) {
        size_t wants = page->sections[s].count - given[s];
        size_t gets = wants < left ? wants : left;

        given[s] += gets;
        left -= gets;
    }
}

void mu_screen_print(struct mu_screen *page)
{
    size_t given[MU_SECTIONS];

    share(page, given);
    for (size_t s = 0; s < MU_SECTIONS; s++)
        for (size_t i = 0; i < given[s]; i++)
            print_line(page, (enum mu_section)s, i == 0, page->sections[s].lines[i],
                       i + 1 == given[s] ? page->sections[s].count - given[s] : 0);
}

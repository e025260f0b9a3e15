/* The picture on one screen: sections of lines, so many of each that all fit into 25. Inside `muster now`
 * only.
 *
 * A section keeps its first lines when there is no room for all, and its last one says how many are
 * missing. What is not known is said to be, never left to look like nothing.
 */
#ifndef MU_CLI_SCREEN_H
#define MU_CLI_SCREEN_H

#include "agents/cli/look.h"

#define MU_SCREEN_LINES 25u

enum mu_section {
    MU_SECTION_HEAD,
    MU_SECTION_DECIDE,
    MU_SECTION_WAITING,
    MU_SECTION_TASKS,
    MU_SECTION_WATER,
    MU_SECTION_PEOPLE,
    MU_SECTION_SUPPLY,
    MU_SECTION_INJURED,
    MU_SECTION_ROADS,
    MU_SECTION_PLANS,
    MU_SECTION_LOAD,
    MU_SECTIONS
};

struct mu_screen {
    const struct mu_look *look;
    int64_t now_ms;
    size_t open_cards;
    struct {
        char **lines; /* ours */
        size_t count, room;
    } sections[MU_SECTIONS];
    bool short_of_memory;
};

/* A line of that section; taken as it is (cut to the terminal's width when printed). */
void mu_screen_add(struct mu_screen *page, enum mu_section section, const char *line);
/* Columns a line may take: the terminal's or $COLUMNS; as good as any number elsewhere. */
size_t mu_screen_room(const struct mu_screen *page);
/* Print what fits. */
void mu_screen_print(struct mu_screen *page);
void mu_screen_free(struct mu_screen *page);

/* " (5 min)": how old a statement is. Nothing when it is of this minute or of the future. */
void mu_screen_age(struct mu_text *out, const struct mu_screen *page, int64_t as_of_ms);

/* ---- what is put on it ------------------------------------------------------------------------------ */
void mu_screen_decisions(struct mu_screen *page);
void mu_screen_waiting(struct mu_screen *page);
void mu_screen_tasks(struct mu_screen *page);
void mu_screen_load(struct mu_screen *page);
void mu_screen_people(struct mu_screen *page);
void mu_screen_supply(struct mu_screen *page);
void mu_screen_injured(struct mu_screen *page);
void mu_screen_roads(struct mu_screen *page);
void mu_screen_plans(struct mu_screen *page);
/* Releases: water on its way, and when it is where. */
void mu_screen_water(struct mu_screen *page);

#endif

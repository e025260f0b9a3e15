#include "agents/cli/enrol/rolls.h"

#define ROSTER_KINDS                                                                               \
    "type=genesis,enrolment,endorsement,grant,retire,compromised,role_map,key_change"

struct reading {
    mu_roster *roster;
    enum mu_err (*also)(void *, const struct mu_entry *);
    void *user;
};

static enum mu_err take(void *user, const struct mu_entry *entry)
{
    struct reading *reading = user;
    enum mu_err err = mu_roster_fold(reading->roster, entry);

    if (err == MU_OK && reading->also != NULL)
        err = reading->also(reading->user, entry);
    return err;
}

enum mu_err mu_rolls_read(struct mu_talk *talk,
                          enum mu_err (*also)(void *, const struct mu_entry *), void *user,
                          mu_roster **out)
{
    struct reading reading = {.also = also, .user = user};
    enum mu_err err = mu_roster_new(&reading.roster);

    if (err == MU_OK) {
        talk->on_entry = take;
        talk->user = &reading;
        err = mu_talk_read(talk, ROSTER_KINDS, 1);
        talk->on_entry = NULL;
    }
    if (err != MU_OK)
        mu_roster_free(&reading.roster);
    *out = reading.roster;
    return err;
}

void mu_rolls_list_roles(struct mu_text *out)
{
    const char *name;

    for (size_t i = 0; (name = mu_authority_role_at(i)) != NULL; i++)
        mu_text_addf(out, "%s%s", i == 0 ? "" : " ", name);
}

int mu_rolls_role(const struct mu_cli *cli, const mu_roster *roster, const char *role)
{
    char list[1024];
    struct mu_text text = mu_text(list, sizeof list);

    if (mu_authority_role_known(roster, role))
        return MU_EXIT_DONE;
    mu_rolls_list_roles(&text);
    return mu_cli_misused(cli, MU_W_NO_SUCH_ROLE, role, list, NULL);
}

/* muster say KIND [OBJECT[@vN]] [FIELD=VALUE ...] */
#include "agents/cli/options.h"
#include "agents/cli/voice.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/wire/json.h"

enum { KEY_WAIT = 256, KEY_DRY_RUN };

const struct mu_cli_option mu_cli_say_options[] = {
    {"wait", KEY_WAIT, NULL, MU_W_OPT_WAIT},
    {"dry-run", KEY_DRY_RUN, NULL, MU_W_OPT_DRY_RUN},
    {NULL, 0, NULL, MU_W_EXERCISE},
};

struct options {
    bool wait;
    bool dry_run;
};

/* What would be said, as JSON; nothing is kept. */
static int print_event(const struct mu_cli *cli, const Muster__Event *event)
{
    size_t size = 4096 + mu_event_size(event) * 8;
    char *buffer = malloc(size);
    struct mu_text text = mu_text(buffer, buffer == NULL ? 0 : size);

    if (buffer == NULL)
        return mu_cli_error(cli, MU_E_NO_MEMORY, NULL);
    mu_event_to_json(event, &text);
    puts(buffer);
    free(buffer);
    return MU_EXIT_DONE;
}

static int say(struct mu_voice *voice, int argc, char **argv, const struct options *options)
{
    struct mu_saying saying;
    enum mu_err err = mu_say_read(argc, (const char *const *)argv, &voice->how, &saying);

    if (err != MU_OK)
        return mu_voice_explain(voice, err, saying.kind);
    if (options->dry_run)
        return print_event(voice->cli, saying.event);
    return mu_voice_say(voice, &saying, options->wait);
}

int mu_cli_say(struct mu_cli *cli, int argc, char **argv)
{
    struct options options = {false, false};
    struct mu_voice voice;
    int key;

    while ((key = mu_cli_option(cli, argc, argv, mu_cli_say_options, NULL)) != -1) {
        if (key == '?' || key == '!')
            return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
        options.wait |= key == KEY_WAIT;
        options.dry_run |= key == KEY_DRY_RUN;
    }
    if (optind == argc)
        return mu_cli_misused(cli, MU_W_SAY_WHAT, NULL);
    int code = mu_voice_open(&voice, cli, options.wait);
    if (code == MU_EXIT_DONE)
        code = say(&voice, argc - optind, argv + optind, &options);
    mu_voice_close(&voice);
    return code;
}

/* Every command of muster: one row each, in the order of the menu. */
#include "agents/cli/options.h"

/* clang-format off */
const struct mu_command mu_commands[] = {
    {"demo", mu_cli_demo, mu_cli_demo_options, "",
     MU_W_DEMO_PURPOSE, MU_W_DEMO_EXAMPLES},
    {"watch", mu_cli_watch, mu_cli_watch_options, "",
     MU_W_WATCH_PURPOSE, MU_W_WATCH_EXAMPLES},
    {"now", mu_cli_now, mu_cli_now_options, "",
     MU_W_NOW_PURPOSE, MU_W_NOW_EXAMPLES},
    {"report", mu_cli_report, mu_cli_report_options, "WORDS --place PLACE [--kind KIND [OBJECT[@vN]] FIELD=VALUE ...] | --sms WORDS|- [FIELD=VALUE ...]",
     MU_W_REPORT_PURPOSE, MU_W_REPORT_EXAMPLES},
    {"say", mu_cli_say, mu_cli_say_options, "KIND [OBJECT[@vN]] [FIELD=VALUE ...]",
     MU_W_SAY_PURPOSE, MU_W_SAY_EXAMPLES},
    {"conflict list", mu_cli_conflict_list, mu_cli_conflict_list_options, "",
     MU_W_CONFLICT_LIST_PURPOSE, MU_W_CONFLICT_LIST_EXAMPLES},
    {"conflict show", mu_cli_conflict_show, NULL, "CARD",
     MU_W_CONFLICT_SHOW_PURPOSE, MU_W_CONFLICT_SHOW_EXAMPLES},
    {"conflict decide", mu_cli_conflict_decide, mu_cli_conflict_decide_options, "CARD --reason WORDS [FIELD=VALUE ...]",
     MU_W_CONFLICT_DECIDE_PURPOSE, MU_W_CONFLICT_DECIDE_EXAMPLES},
    {"agency make", mu_cli_agency_make, mu_cli_agency_make_options, "DIR --agency CODE",
     MU_W_AGENCY_MAKE_PURPOSE, MU_W_AGENCY_MAKE_EXAMPLES},
    {"agency add", mu_cli_agency_add, mu_cli_agency_add_options, "REQUESTFILE --roles ROLE,...",
     MU_W_AGENCY_ADD_PURPOSE, MU_W_AGENCY_ADD_EXAMPLES},
    {"agency point", mu_cli_agency_point, mu_cli_agency_point_options, "DIR --welcome FILE",
     MU_W_AGENCY_POINT_PURPOSE, MU_W_AGENCY_POINT_EXAMPLES},
    {"import", mu_cli_import, mu_cli_import_options, "nanao FILE ...",
     MU_W_IMPORT_PURPOSE, MU_W_IMPORT_EXAMPLES},
    {"verify", mu_cli_verify, NULL, "[FILE|DIR]",
     MU_W_VERIFY_PURPOSE, MU_W_VERIFY_EXAMPLES},
    {"help", mu_cli_help, NULL, "[COMMAND]",
     MU_W_HELP_PURPOSE, MU_W_HELP_PAGE_EXAMPLES},
    {NULL, NULL, NULL, NULL, MU_W_EXERCISE, MU_W_EXERCISE},
};
/* clang-format on */

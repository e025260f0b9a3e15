/* Filters from outside: whatever is read can be asked, and asks within its own copy of the text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/topic/area.h"
#include "proto/topic/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
    if (!held)
        abort();
}

static void check_words(const struct mu_filter *filter, const struct mu_filter_words *words)
{
    const uint8_t *text = (const uint8_t *)filter->text;

    must(words->count <= MU_FILTER_VALUES_MAX);
    for (size_t i = 0; i < words->count; i++) {
        must(words->value[i].size > 0);
        must(words->value[i].data >= text &&
             words->value[i].data + words->value[i].size <= text + sizeof filter->text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct mu_filter filter;
    struct mu_filter_facts facts = {{0}, {0}, {0}, {0}, 3};
    struct mu_bytes text = {data, size};
    size_t at;
    enum mu_err err = mu_filter_read(text, &filter, &at);

    must(at <= size);
    must(err == MU_OK || err == MU_E_BAD_VALUE);
    must(!mu_area_ok(text) || (mu_area_within(text, text) && mu_area_overlap(text, text)));
    if (err != MU_OK)
        return 0;
    check_words(&filter, &filter.type);
    check_words(&filter, &filter.area);
    check_words(&filter, &filter.agency);
    check_words(&filter, &filter.incident);
    /* an event made of its own first values is wanted */
    if (filter.type.count > 0)
        facts.kind = filter.type.value[0];
    if (filter.area.count > 0)
        facts.area = filter.area.value[0];
    if (filter.agency.count > 0)
        facts.agency = filter.agency.value[0];
    if (filter.incident.count > 0)
        facts.incident = filter.incident.value[0];
    facts.severity = filter.severity_min;
    must(mu_filter_wants(&filter, &facts));
    must(!mu_filter_is_everything(&filter) || (filter.type.count == 0 && filter.severity_min == 0));
    return 0;
}

#include "tests/help/medical.h"

#define NODE(id, area) "reference_object " id " area=" area " kind=node road_node.area=" area
#define HOSPITAL(id, area, node, more)                                                             \
    "reference_object " id " area=" area " kind=hospital node=" node more
#define BEDS(id, area, kind, count, at)                                                            \
    "hospital " id "@v1 area=" area " beds[0].kind=" kind " beds[0].available=" count              \
    " counted_at_ms=" at " occurred=" at

static const struct {
    const char *agency, *words;
} known[] = {
    {"PS", NODE("N-SW", "cn/99/01/21/201/201")},
    {"PS", NODE("N-XW", "cn/99/01/21/201/202")},
    {"PS", NODE("N-BD", "cn/99/01/21/101/201")},
    {"PS", NODE("N-LL", "cn/99/01/21/101")},
    {"PS", NODE("N-CG", "cn/99/01/21/100")},
    {"PS", "reference_object E15@v2 kind=road_edge road_edge.from_node=N-SW road_edge.to_node=N-LL"
           " road_edge.length_m=14km road_edge.place_type=road road_edge.max_load_kg=5t"
           " road_edge.points[0].at_m=4km road_edge.points[0].area=cn/99/01/21/201/203"
           " road_edge.speeds[0].vehicle_class=truck road_edge.speeds[0].km_per_hour=20"
           " road_edge.speeds[1].vehicle_class=bus road_edge.speeds[1].km_per_hour=20"
           " road_edge.speeds[2].vehicle_class=ambulance road_edge.speeds[2].km_per_hour=40"},
    {"HC", HOSPITAL("H1", "cn/99/01/21/100", "N-CG", " hospital.ambulances=3")},
    {"HC", HOSPITAL("H2", "cn/99/01/21/101", "N-LL", "")},
    {"HC", HOSPITAL("H3", "cn/99/01/21/100", "N-CG", "")},
    {"HC", HOSPITAL("H-CITY", "cn/99/01", "N-CG", " hospital.outside_county=true")},
    {"EM", "role_map QH-ROLES-2 lines[0].role=health lines[0].agency=HC"},
    {"EM", "limit_table QH-LIMITS lines[0].name=bed_age_min lines[0].value.value=60"
           " lines[0].value.unit=minute lines[1].name=turnout_min lines[1].value.value=6"
           " lines[1].value.unit=minute lines[2].name=on_scene_min lines[2].value.value=12"
           " lines[2].value.unit=minute"},
    {"HC", BEDS("H1", "cn/99/01/21/100", "icu", "2", "13:50")},
    {"HC", BEDS("H2", "cn/99/01/21/101", "general", "8", "13:50")},
    {"HC", BEDS("H3", "cn/99/01/21/100", "icu", "1", "12:10")},
};

void story_medical(struct story *story)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        story_says(story, i < sizeof known / sizeof known[0] - 3 ? NULL : "13:55", known[i].agency,
                   known[i].words);
}

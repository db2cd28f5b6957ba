/*
 * Which chips use which version of the DRAM settings (packages.md 3.4). A version names chips that
 * were seen with it; the list can't be complete.
 */
#include <stdio.h>
#include <string.h>

#include "engine/format/emi.h"

static const struct {
	uint8_t version;
	char layout;
	const char *chips[5];
} versions[] = {
	{12, 'A', {"MT6582", "MT8382"}},
	{13, 'A', {"MT6592", "MT8392", "MT8127"}},
	{16, 'A', {"MT8163"}},
	{20, 'A', {"MT6735", "MT6737", "MT6753", "MT8735"}},
	{21, 'A', {"MT6580", "MT8321"}},
	{27, 'A', {"MT6570"}},
	{32, 'A', {"MT6739", "MT8765"}},
	{0, 'A', {"MT8173"}},
	{15, 'B', {"MT6795", "MT6595"}},
	{17, 'B', {"MT6752"}},
	{22, 'B', {"MT6750", "MT6755"}},
	{25, 'C', {"MT6757"}},
	{25, 'c', {"MT6757"}}, /* boards with LPDDR3 */
	{30, 'C', {"MT6763"}},
	{31, 'C', {"MT6758"}},
	{35, 'C', {"MT6765", "MT6762"}},
	{36, 'C', {"MT6771", "MT8183"}},
	{38, 'C', {"MT6761"}},
	{39, 'C', {"MT6779"}},
	{40, 'C', {"MT6768", "MT6769"}},
	{45, 'C', {"MT6785"}},
	{46, 'C', {"MT6885", "MT6889"}},
	{47, 'C', {"MT6885", "MT6889"}},
	{24, 'c', {"MT6799"}},
	{28, 'c', {"MT8167"}},
	{0, 'c', {"MT6797"}},
	{49, 'D', {"MT6853"}},
	{51, 'D', {"MT6893"}},
	{52, 'D', {"MT6833"}},
	{0, 'D', {"MT6789"}},
	{11, 'E', {"MT6572"}},
	{14, 'E', {"MT6571"}},
	{10, 'F', {"MT6583", "MT6589"}},
	{7, 'G', {"MT6573"}},
	{8, 'G', {"MT6575"}},
};

#define VERSION_COUNT (sizeof versions / sizeof versions[0])
#define BASE_NAME     6 /* "MT6757" of "MT6757D" */

static bool row_is_of(size_t i, const struct preloader *p)
{
	return versions[i].version == p->emi_version && versions[i].layout == p->layout;
}

static bool row_lists(size_t i, const char *platform)
{
	for (size_t k = 0; versions[i].chips[k]; k++) {
		if (strncmp(versions[i].chips[k], platform, BASE_NAME) == 0)
			return true;
	}
	return false;
}

bool emi_version_uses(unsigned version, char layout)
{
	for (size_t i = 0; i < VERSION_COUNT; i++) {
		if (versions[i].version == version && versions[i].layout == layout)
			return true;
	}
	return false;
}

const char *const *preloader_chips(const struct preloader *p)
{
	static const char *const none[] = {NULL};

	for (size_t i = 0; p->emi.n > 0 && i < VERSION_COUNT; i++) {
		if (row_is_of(i, p))
			return versions[i].chips;
	}
	return none;
}

/* The only chip there is, or the one whose number the inner name carries: "k65v1" or "6765". */
void emi_guess_platform(struct preloader *p)
{
	const char *const *chips = preloader_chips(p);

	if (chips[0] && !chips[1])
		snprintf(p->platform, sizeof p->platform, "%s", chips[0]);
	for (size_t k = 0; chips[k] && !p->platform[0]; k++) {
		char project[4] = {'k', chips[k][4], chips[k][5], '\0'};

		if (strstr(p->name, chips[k] + 2) || strstr(p->name, project))
			snprintf(p->platform, sizeof p->platform, "%s", chips[k]);
	}
}

/*
 * Version 00 says nothing by itself: builds of several chips carry it, each in its own layout. So
 * it speaks against a chip only when that chip is not known to use the layout at all.
 */
int preloader_fits_platform(const struct preloader *p, const char *platform)
{
	bool platform_known = false;
	bool version_known = false;
	bool layout_known = false;

	if (p->emi.n == 0 || strlen(platform) < BASE_NAME)
		return -1;
	for (size_t i = 0; i < VERSION_COUNT; i++) {
		bool lists = row_lists(i, platform);

		if (row_is_of(i, p)) {
			version_known = true;
			if (lists)
				return 1;
		}
		platform_known |= lists;
		layout_known |= lists && versions[i].layout == p->layout;
	}
	if (p->emi_version == 0 && layout_known)
		return -1;
	return platform_known && version_known ? 0 : -1;
}

/* xml: the tables of the XML ("V6") agent generation (protocol/da-xml.md). */
#ifndef ENGINE_XML_XML_H
#define ENGINE_XML_XML_H

#include "engine/flow/verbs.h"

extern const struct da_verbs xml_verbs;

#endif

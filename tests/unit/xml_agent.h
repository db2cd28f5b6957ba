/* xml_agent: lines of transcripts (tests/lib/replay.h) in the words of an XML agent and its host.
 */
#ifndef TESTS_UNIT_XML_AGENT_H
#define TESTS_UNIT_XML_AGENT_H

#define DEVICE(command, arg)                                                                       \
	"D> X <host><version>1.0</version><command>CMD:" command "</command><arg>" arg             \
	"</arg></host>\n"
#define START "D> X <host><version>1.0</version><command>CMD:START</command></host>\n"
#define END(result, message)                                                                       \
	DEVICE("END", "<result>" result "</result><message>" message "</message>") "H> T OK\n"
#define END_OK END("OK", "")
#define HOST(command, arg)                                                                         \
	"H> T OK\nH> X <da><version>1.0</version><command>CMD:" command "</command><arg>" arg      \
	"</arg></da>\n"
#define BRING(name)                                                                                \
	DEVICE("UPLOAD-FILE", "<info>x</info><target_file>" name "</target_file>"                  \
			      "<packet_length>0x1000</packet_length>")
#define FETCH(kind, name, most)                                                                    \
	DEVICE("DOWNLOAD-FILE", "<checksum>" kind "</checksum><info>lk</info><source_file>" name   \
				"</source_file><packet_length>" most "</packet_length>")

#endif

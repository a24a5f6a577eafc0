#!/bin/bash
# tests/system/transcript_svg.sh TRANSCRIPT: the coloured text as a picture (SVG) on standard output.
#
# Knows the colours that tour.sh uses, and nothing else of terminals.
set -eu
[ $# = 1 ] || {
	echo "usage: $0 TRANSCRIPT >PICTURE.svg" >&2
	exit 64
}
exec awk '
function escape(text) {
	gsub(/&/, "\\&amp;", text)
	gsub(/</, "\\&lt;", text)
	gsub(/>/, "\\&gt;", text)
	return text
}
BEGIN {
	style["1"] = "font-weight=\"bold\" fill=\"#ffffff\""
	style["2"] = "fill=\"#8b949e\""
	style["31"] = "fill=\"#ff7b72\""
	style["32"] = "fill=\"#7ee787\""
	style["33"] = "fill=\"#f2cc60\""
	columns = 100; line_height = 19; letter_width = 8.2; margin = 18; bar = 34
}
# Text in the style of the moment, on as many lines as it takes.
function put(text,   room) {
	while (text != "") {
		room = columns - column
		if (room <= 0) {
			row++
			column = 0
			continue
		}
		rows[row] = rows[row] "<tspan " style[current] ">" escape(substr(text, 1, room)) "</tspan>"
		column += length(substr(text, 1, room))
		text = substr(text, room + 1)
	}
}
{
	row++
	column = 0
	count = split($0, pieces, "\033[[]")
	put(pieces[1])
	for (i = 2; i <= count; i++) {
		end = index(pieces[i], "m")
		current = substr(pieces[i], 1, end - 1)
		put(substr(pieces[i], end + 1))
	}
}
END {
	while (row > 0 && rows[row] == "") row--
	wide = int(columns * letter_width + 2 * margin)
	high = bar + row * line_height + margin
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n", wide, high, wide, high
	print "<title>An IAM user signs in by ssh with password and one-time code; others are refused</title>"
	printf "<rect width=\"%d\" height=\"%d\" rx=\"8\" fill=\"#0d1117\"/>\n", wide, high
	split("#ff5f57 #febc2e #28c840", lights, " ")
	for (i = 1; i <= 3; i++) printf "<circle cx=\"%d\" cy=\"17\" r=\"5.5\" fill=\"%s\"/>\n", 2 + 18 * i, lights[i]
	print "<g font-family=\"ui-monospace,SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,monospace\" font-size=\"13.6\" fill=\"#c9d1d9\" xml:space=\"preserve\">"
	for (i = 1; i <= row; i++)
		if (rows[i] != "")
			printf "<text x=\"%d\" y=\"%d\">%s</text>\n", margin, bar + i * line_height - 4, rows[i]
	print "</g>\n</svg>"
}' "$1"

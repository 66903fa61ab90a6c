# shellcheck shell=bash
# Sourced by the scripts that write a part of a page.

# replace_section NAME SECTION PAGE: the file SECTION becomes what lies between the markers `<!-- NAME: begin -->` and
# `<!-- NAME: end -->` of PAGE; PAGE "-" prints it.
replace_section() {
  local name=$1 section=$2 page=$3 text
  if [[ $page == - ]]; then
    cat "$section"
    return
  fi
  if ! grep -q "^<!-- $name: begin -->\$" "$page" || ! grep -q "^<!-- $name: end -->\$" "$page"; then
    echo "$(basename "$0"): $page has no markers of '$name'" >&2
    return 1
  fi
  text=$(awk -v name="$name" -v section="$section" '
    $0 == "<!-- " name ": end -->" { skip = 0 }
    !skip
    $0 == "<!-- " name ": begin -->" { skip = 1; while ((getline line < section) > 0) print line }' "$page")
  printf '%s\n' "$text" >"$page"
}

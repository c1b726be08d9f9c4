# Bash completion of polyclock(1): options, commands, styles.

_polyclock() {
  local word=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} choices
  # Bash splits --style=iso at the equals sign.
  if [[ $word == '=' ]]; then
    word=
  elif [[ $option == '=' ]]; then
    option=${COMP_WORDS[COMP_CWORD - 2]}
  fi

  # And words:exact at the colon.
  if [[ $word == : && $option == words ]]; then
    word=
    option=words:
  elif [[ $option == : && ${COMP_WORDS[COMP_CWORD - 2]} == words ]]; then
    option=words:
  fi

  case $option in
    words:) choices='exact exact-24 day-period viertel-eins' ;;
    --style) choices='phrase full long medium short iso words words: skeleton:' ;;
    --ca | --cert | --key)
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      compopt -o filenames
      return
      ;;
    # Bash splits skeleton:yMd and HOST:PORT at the colon.
    : | --server | -s | --locale | -l | --zone | -z | --at | --next | --timeout | -t | --daytime | \
      --time-protocol) choices= ;;
    *)
      choices='date time now zones locales'
      # These are followed by a pattern.
      [[ $option == zones || $option == locales ]] && choices=
      if [[ $word == -* ]]; then
        choices='--server --ca --cert --key --locale --zone --style --iso-8601 --utc --at --next --next-transition --quality --stats
          --watch --ascii --json --classic --udp --daytime --time-protocol --timeout --quiet --version --help -s -l -z -I -u -t -q -h'
      fi
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
  # Letters follow skeleton: without a space, and a variant words:.
  if [[ ${COMPREPLY[*]} == skeleton: || ${COMPREPLY[*]} == 'words words:' ]]; then compopt -o nospace; fi
}

complete -F _polyclock polyclock

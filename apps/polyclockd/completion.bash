# Bash completion of polyclockd(8): options, log levels, paths.

_polyclockd() {
  local word=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} choices
  # Bash splits --log-level=info at the equals sign.
  if [[ $word == '=' ]]; then
    word=
  elif [[ $option == '=' ]]; then
    option=${COMP_WORDS[COMP_CWORD - 2]}
  fi

  case $option in
    --config)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    --zoneinfo | --words)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -d -- "$word")
      return
      ;;
    --log-level) choices='error warning info debug' ;;
    --listen | --locale | --zone | --threads | --connections-max | --connections-max-per-address | \
      --subscribers-max | --udp-rate | --idle-timeout | --request-timeout | --drain-delay | --grace-period) choices= ;;
    --reload) choices=$(pgrep -x polyclockd) ;;
    *)
      choices='--listen --locale --zone --zoneinfo --words --threads --connections-max
        --connections-max-per-address --subscribers-max --udp-rate --idle-timeout --request-timeout
        --drain-delay --grace-period --log-level --config --check-config --print-config --reload --version --help'
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
}

complete -F _polyclockd polyclockd

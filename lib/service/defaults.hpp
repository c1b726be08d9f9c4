// What a listener answers to requests that leave it open; its URL sets them, every service has them.
#pragma once

#include <string>

namespace polyclock::service {

struct defaults {
  std::string locale = "en";
  std::string zone = "UTC";
  std::string style = {};  // empty: what suits the language
  bool ascii = false;
};

}  // namespace polyclock::service

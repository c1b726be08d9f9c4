// What a listener uses where a request names nothing; its URL sets them, every service has them.
#pragma once

#include <string>

namespace polyclock::service {

struct defaults {
  std::string locale = "en";
  std::string zone = "UTC";
  std::string style = {};  // empty: phrase where the language has one, else long
  bool ascii = false;
};

}  // namespace polyclock::service

#include "json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "json/answer.hpp"

namespace polyclock {

namespace {

boost::json::array later_texts(protocol::answer answer) {
  boost::json::array all;
  while (const auto later = next_later(answer)) {
    boost::json::object one;
    json::add_instant(one, {later->from, 0});
    one["text"] = later->text;
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace

std::string to_json(const protocol::answer& answer, const std::string& server,
                    const std::optional<host_offset>& offset, bool lists_later) {
  boost::json::object object = json::whole_answer(answer);
  if (lists_later) object["next"] = later_texts(answer);
  object["host_offset_us"] = nullptr;
  object["host_offset_uncertainty_us"] = nullptr;
  if (offset) {
    object["host_offset_us"] = offset->offset.count();
    object["host_offset_uncertainty_us"] = offset->uncertainty.count();
  }
  object["server"] = server;
  return boost::json::serialize(object);
}

std::string to_json(const protocol::classic_response& response, const std::string& server) {
  return boost::json::serialize(
      boost::json::object{{"text", std::string(response.text)},
                          {"language", static_cast<int>(response.language)},
                          {"year", response.year},
                          {"month", response.month},
                          {"day", response.day},
                          {"hour", response.hour},
                          {"minute", response.minute},
                          {"server", server}});
}

std::string to_json(const std::vector<std::string>& names) {
  return boost::json::serialize(boost::json::array(names.begin(), names.end()));
}

std::string statistics_to_json(const std::vector<std::string>& lines) {
  boost::json::object object;
  for (const std::string& line : lines) {
    const std::size_t name_end = line.rfind(' ');
    if (name_end == std::string::npos) continue;
    boost::system::error_code error;
    const boost::json::value number = boost::json::parse(line.substr(name_end + 1), error);
    object[line.substr(0, name_end)] = error || !number.is_number() ? boost::json::value() : number;
  }
  return boost::json::serialize(object);
}

}  // namespace polyclock

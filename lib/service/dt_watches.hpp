// What one DT connection watches: the query of each watch, and what its last answer was.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "clock/instant.hpp"
#include "protocol/query.hpp"
#include "protocol/watch.hpp"
#include "service/answerer.hpp"
#include "service/subscribers.hpp"

namespace polyclock::service {

class dt_watch {
 public:
  // `packet`: the whole watch request.
  dt_watch(std::uint32_t id, std::span<const std::byte> packet);

  [[nodiscard]] std::uint32_t id() const noexcept { return id_; }
  [[nodiscard]] std::span<const std::byte> packet() const noexcept {
    return {packet_.get(), packet_size_};
  }

  // Whether its text may be another one than that of the last answer.
  [[nodiscard]] bool is_due(const answerer& times) const noexcept;
  // Takes note of an answer packet for now; false where it says the same as the last one.
  [[nodiscard]] bool note(std::span<const std::byte> answer, const answerer& times) noexcept;
  // From when the last answer has been true: where the one before ended, else when it was made.
  [[nodiscard]] clock::instant from() const noexcept { return from_; }
  [[nodiscard]] const std::optional<clock::instant>& end() const noexcept { return end_; }

 private:
  std::unique_ptr<std::byte[]> packet_;
  std::uint16_t packet_size_;
  std::uint32_t id_;
  std::uint64_t release_ = 0;
  std::uint64_t said_ = 0;  // a hash of what lasts until the end
  clock::instant made_;
  clock::instant from_;
  std::optional<clock::instant> end_;
};

class dt_watches {
 public:
  [[nodiscard]] bool empty() const noexcept { return all_.empty(); }

  // Whether it has a subscriber's place, or gets one.
  [[nodiscard]] bool has_place(const std::shared_ptr<subscribers>& places);
  // Whether there is room for a watch of that id, or one that it replaces.
  [[nodiscard]] bool has_room(std::uint32_t id) const noexcept;
  // Keeps it in the place of one with the same id.
  void put(dt_watch one);
  // Of the last one, with the subscriber's place.
  void remove(std::uint32_t id) noexcept;

  // One that is due, or null.
  [[nodiscard]] dt_watch* find_due(const answerer& times) noexcept;
  // When the next one may be due.
  [[nodiscard]] std::chrono::nanoseconds until_next(clock::instant now) const noexcept;

 private:
  std::vector<dt_watch> all_;
  subscriber_place place_;
};

}  // namespace polyclock::service

#include "rookery/app/config_loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "rookery/app/config_document.h"
#include "support/temp_folder.h"

namespace rookery::app {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class ConfigLoaderTest : public testing::Test {
 protected:
  void write(const std::string& toml) { std::ofstream(path_) << toml; }

  LoadedConfig load(ConfigSources sources) {
    auto loaded = loadConfig(sources);
    EXPECT_TRUE(loaded) << testing::PrintToString(loaded.error());
    return loaded ? *loaded : LoadedConfig();
  }
  Problems problemsOf(ConfigSources sources) {
    const auto loaded = loadConfig(sources);
    EXPECT_FALSE(loaded);
    return loaded ? Problems() : loaded.error();
  }
  static std::string originOf(const LoadedConfig& loaded, std::string_view name) {
    const Setting* setting = findSetting(name);
    EXPECT_NE(setting, nullptr) << name;
    return loaded.origins[static_cast<std::size_t>(setting - settings().data())];
  }

  test::TempFolder folder_;
  std::string path_ = (folder_.path() / "rookery.toml").string();
};

TEST_F(ConfigLoaderTest, DefaultsAreThoseOfTheContract) {
  const Config config = load({}).config;
  EXPECT_EQ(config.server.listen, "127.0.0.1:3000");
  EXPECT_EQ(config.server.data, "./data");
  EXPECT_EQ(config.databasePath(), "./data/rookery.db");
  EXPECT_EQ(config.auth.tokenTtl, std::chrono::hours(24));
  EXPECT_EQ(config.engine.path, "/socket.io/");
  EXPECT_EQ(config.engine.pingInterval.count(), 25'000);
  EXPECT_EQ(config.engine.pingTimeout.count(), 20'000);
  EXPECT_EQ(config.engine.upgradeTimeout.count(), 10'000);
  EXPECT_EQ(config.engine.connectTimeout.count(), 45'000);
  EXPECT_EQ(config.engine.maxHttpBufferSize, 1'000'000u);
  EXPECT_EQ(config.limits.bodyBytes, 65'536u);
  EXPECT_EQ(config.limits.messages.rate, 50);
  EXPECT_EQ(config.limits.messages.burst, 500);
  EXPECT_EQ(config.limits.logins.rate, 1);
  EXPECT_EQ(config.limits.logins.burst, 10);
  EXPECT_EQ(config.limits.handshakes.burst, 2'000);
  EXPECT_EQ(config.chat.grace.count(), 120'000);
}

TEST_F(ConfigLoaderTest, LaterSourcesWinAndEachSaysWhereItIs) {
  write(
      "[server]\nlisten = \"127.0.0.1:1\"\nloops = 1\ndata = \"file\"\n\n[limits.messages]\nrate = "
      "2.5\n");
  const LoadedConfig loaded =
      load({.file = path_,
            .variables = {{"ROOKERY_SERVER_LOOPS", "2"}, {"ROOKERY_SERVER_DATA", "variable"}},
            .flags = {{"server.data", "flag", "--data"}, {"server.data", "last", "--set"}}});
  EXPECT_EQ(loaded.config.server.listen, "127.0.0.1:1");
  EXPECT_EQ(originOf(loaded, "server.listen"), path_ + ":2");
  EXPECT_EQ(loaded.config.limits.messages.rate, 2.5);
  EXPECT_EQ(originOf(loaded, "limits.messages.rate"), path_ + ":7");
  EXPECT_EQ(loaded.config.server.loops, 2u);
  EXPECT_EQ(originOf(loaded, "server.loops"), "ROOKERY_SERVER_LOOPS");
  EXPECT_EQ(loaded.config.server.data, "last");
  EXPECT_EQ(originOf(loaded, "server.data"), "--set");
  EXPECT_EQ(originOf(loaded, "log.level"), "default");
}

TEST_F(ConfigLoaderTest, EverySettingCanBeGivenByFileVariableAndFlagInTheFormInWhichItIsShown) {
  const LoadedConfig defaults = load({});
  std::set<std::string> variables;
  for (const Setting& setting : settings()) {
    const std::string shown = setting.shown(defaults.config);
    write(std::string(setting.name) + " = " + shown + "\n");
    EXPECT_EQ(originOf(load({.file = path_}), setting.name), path_ + ":1");

    std::string text = shown;
    if (text.starts_with('"') || text.starts_with('[')) text = text.substr(1, text.size() - 2);
    const LoadedConfig byVariable = load({.variables = {{setting.variable(), text}}});
    EXPECT_EQ(originOf(byVariable, setting.name), setting.variable());
    EXPECT_EQ(setting.shown(byVariable.config), shown);
    const LoadedConfig byFlag = load({.flags = {{std::string(setting.name), text, "--set"}}});
    EXPECT_EQ(originOf(byFlag, setting.name), "--set");
    EXPECT_FALSE(setting.description.empty()) << setting.name;
    EXPECT_TRUE(variables.insert(setting.variable()).second) << setting.variable();
  }
}

TEST_F(ConfigLoaderTest, VariablesAreMatchedWithoutRegardToCaseAndUnderscores) {
  for (const char* name :
       {"ROOKERY_LIMITS_BODY_BYTES", "ROOKERY_LIMITS_BODYBYTES", "ROOKERY_limits_bodyBytes"}) {
    EXPECT_EQ(load({.variables = {{name, "7"}}}).config.limits.bodyBytes, 7u) << name;
  }
}

TEST_F(ConfigLoaderTest, UnknownKeysAreErrorsWithPlaceAndSuggestion) {
  write("[server]\nlisten = \":0\"\n\n[limits.mesages]\nrate = 5\n\n[nothing]\nlike.it = 1\n");
  EXPECT_THAT(
      problemsOf({.file = path_,
                  .variables = {{"ROOKERY_LIMITS_MESSAGE_RATE", "5"}, {"ROOKERY_DATA", "x"}},
                  .flags = {{"log.levle", "debug", "--set"}, {"zzz", "1", "--set"}}}),
      ElementsAre(
          path_ + ":5: there is no setting limits.mesages.rate; "
                  "did you mean limits.messages.rate?",
          path_ + ":8: there is no setting nothing.like.it",
          AllOf(StartsWith("ROOKERY_LIMITS_MESSAGE_RATE: "),
                HasSubstr("did you mean ROOKERY_LIMITS_MESSAGES_RATE?")),
          AllOf(StartsWith("ROOKERY_DATA: "), HasSubstr("did you mean ROOKERY_SERVER_DATA?")),
          "--set: there is no setting log.levle; did you mean log.level?",
          "--set: there is no setting zzz"));
}

TEST_F(ConfigLoaderTest, VariablesOfOtherProgramsAreLeftAlone) {
  load({.variables = {{"ROOKERY_BIN", "/x"}, {"ROOKERY_E2E_PATIENCE", "4"}, {"ROOKERY_", ""}}});
}

struct BadValue {
  std::string key;
  std::string toml;
  std::string expectation;
};
class BadValueTest : public ConfigLoaderTest, public testing::WithParamInterface<BadValue> {};

TEST_P(BadValueTest, IsAnErrorThatSaysWhatWasExpected) {
  write("\n" + GetParam().key + " = " + GetParam().toml + "\n");
  EXPECT_THAT(problemsOf({.file = path_}),
              ElementsAre(AllOf(StartsWith(path_ + ":2: " + GetParam().key + " must be "),
                                HasSubstr(GetParam().expectation))));
}
INSTANTIATE_TEST_SUITE_P(
    All, BadValueTest,
    testing::Values(BadValue{"server.listen", "\"3000\"", "HOST:PORT"},
                    BadValue{"server.listen", "\"127.0.0.1:65536\"", "HOST:PORT"},
                    BadValue{"server.listen", "\"example.org:80\"", "IP address"},
                    BadValue{"server.listen", "3000", "HOST:PORT"},
                    BadValue{"server.loops", "-1", "from 0 to 1024, not -1"},
                    BadValue{"server.loops", "1.5", "whole number"},
                    BadValue{"server.loops", "true", "not true"},
                    BadValue{"server.loops", "\"0x4\"", "not \"0x4\""},
                    BadValue{"server.loops", "\"\"", "whole number"},
                    BadValue{"server.loops", "99999999999999999", "whole number"},
                    BadValue{"server.data", "\"\"", "folder"},
                    BadValue{"server.data", "\"a\\u0000b\"", "folder"},
                    BadValue{"server.publicUrl", "\"https://a.b/\"", "http"},
                    BadValue{"server.publicUrl", "\"ftp://a.b\"", "http"},
                    BadValue{"store.url", "\"postgres://a\"", "sqlite:PATH"},
                    BadValue{"store.url", "\"sqlite:\"", "sqlite:PATH"},
                    BadValue{"auth.tokenTtl", "60", "duration"},
                    BadValue{"auth.tokenTtl", "\"1w\"", "duration"},
                    BadValue{"auth.tokenTtl", "\"0s\"", "from 1s"},
                    BadValue{"auth.imageKey", "\"a/b\"", "letters"},
                    BadValue{"engine.path", "\"socket.io\"", "'/'"},
                    BadValue{"limits.messages.rate", "0", "from 0.001"},
                    BadValue{"limits.messages.rate", "nan", "number"},
                    BadValue{"limits.messages.rate", "inf", "number"},
                    BadValue{"limits.messages.burst", "\"many\"", "number"},
                    BadValue{"cors.origins", "[\"https://a.b\", 3]", "list of origins"},
                    BadValue{"cors.origins", "[\"https://a.b/path\"]", "origins"},
                    BadValue{"log.level", "\"loud\"",
                             "debug, info, warn, error or off, not \"loud\""},
                    BadValue{"log.format", "2020-01-01", "text or json"}));

TEST_F(ConfigLoaderTest, SecretsAreNeverShownNotEvenWrongOnes) {
  EXPECT_THAT(problemsOf({.flags = {{"auth.secret", "hunter2", "--set"}}}),
              ElementsAre(AllOf(HasSubstr("at least 32 bytes"), Not(HasSubstr("hunter2")))));
  const std::string secret(32, 's');
  const LoadedConfig loaded = load({.variables = {{"ROOKERY_AUTH_SECRET", secret}}});
  EXPECT_EQ(loaded.config.auth.secret, secret);
  EXPECT_THAT(effectiveConfiguration(loaded),
              AllOf(HasSubstr("auth.secret = \"********\""), Not(HasSubstr(secret)),
                    HasSubstr("# ROOKERY_AUTH_SECRET")));
  EXPECT_THAT(effectiveConfiguration(load({})), HasSubstr("auth.secret = \"\""));
}

TEST_F(ConfigLoaderTest, WhatIsPrintedCanBeReadAgain) {
  const LoadedConfig first =
      load({.flags = {{"cors.origins", "https://a.b, http://c:8080", "--set"},
                      {"auth.tokenTtl", "90m", "--set"},
                      {"server.data", "a \"quoted\" \\ folder", "--set"}}});
  write(effectiveConfiguration(first));
  const LoadedConfig second = load({.file = path_});
  for (const Setting& setting : settings()) {
    EXPECT_EQ(setting.shown(first.config), setting.shown(second.config)) << setting.name;
  }
  EXPECT_THAT(second.config.cors.origins, ElementsAre("https://a.b", "http://c:8080"));
}

TEST_F(ConfigLoaderTest, ValuesAreCheckedTogether) {
  EXPECT_THAT(problemsOf({.flags = {{"drain.retryAfterMinMs", "6000", "--set"}}}),
              ElementsAre(HasSubstr("drain.retryAfterMaxMs, 5000")));
}

TEST_F(ConfigLoaderTest, BadFilesAreErrorsWithPathAndLine) {
  EXPECT_THAT(problemsOf({.file = path_}),
              ElementsAre(AllOf(StartsWith(path_ + ": "), HasSubstr("No such file"))));
  EXPECT_THAT(problemsOf({.file = folder_.path().string()}),
              ElementsAre(StartsWith(folder_.path().string() + ": ")));
  write("\n\nlisten = [\n");
  EXPECT_THAT(problemsOf({.file = path_}), ElementsAre(StartsWith(path_ + ":")));
  write("a = 1\na = 2\n");
  EXPECT_THAT(problemsOf({.file = path_}), ElementsAre(StartsWith(path_ + ":2: ")));
}

TEST_F(ConfigLoaderTest, TakesTheRookeryVariablesOutOfAnEnvironment) {
  const char* const environment[] = {"PATH=/bin", "ROOKERY_LOG_LEVEL=a=b", "ROOKERY", nullptr};
  const auto found = rookeryVariables(environment);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].name, "ROOKERY_LOG_LEVEL");
  EXPECT_EQ(found[0].value, "a=b");
}

}  // namespace
}  // namespace rookery::app

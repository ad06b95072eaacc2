#include "rookery/api/multipart.h"

#include <gtest/gtest.h>

namespace rookery::api {
namespace {

TEST(FormBoundaryTest, IsThatOfAForm) {
  EXPECT_EQ(formBoundary("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(formBoundary("Multipart/Form-Data;charset=utf-8; Boundary=\"a b\""), "a b");
  for (const char* type :
       {"", "application/json", "multipart/mixed; boundary=a", "multipart/form-data",
        "multipart/form-data; boundary=", "multipart/form-data; boundary"}) {
    EXPECT_FALSE(formBoundary(type)) << type;
  }
  EXPECT_FALSE(formBoundary("multipart/form-data; boundary=" + std::string(71, 'a')));
}

const std::string kForm =
    "before\r\n--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--b\r\n"
    "Content-Type: image/png\r\ncontent-disposition: form-data; name=\"avatar\"; "
    "filename=\"a \\\"b\\\".png\"\r\n\r\n\r\n--x\r\nbytes\r\n--b--\r\nbehind";

TEST(FormPartTest, IsFoundByItsName) {
  const auto avatar = formPart(kForm, "b", "avatar");
  ASSERT_TRUE(avatar);
  EXPECT_EQ(avatar->fileName, "a \"b\".png");
  EXPECT_EQ(avatar->bytes, "\r\n--x\r\nbytes");
  const auto note = formPart(kForm, "b", "note");
  ASSERT_TRUE(note);
  EXPECT_EQ(note->bytes, "hello");
  EXPECT_EQ(note->fileName, "");
  EXPECT_FALSE(formPart(kForm, "b", "other"));
  EXPECT_FALSE(formPart(kForm, "c", "note"));
}

TEST(FormPartTest, MayBeTheFirstThing) {
  const auto part =
      formPart("--b\r\nContent-Disposition: form-data; name=x\r\n\r\n\r\n--b--", "b", "x");
  ASSERT_TRUE(part);
  EXPECT_EQ(part->bytes, "");
}

TEST(FormPartTest, IsNotFoundInWhatIsCut) {
  for (std::size_t n = 0; n < kForm.find("\r\n--b--"); ++n) {
    EXPECT_FALSE(formPart(std::string_view(kForm).substr(0, n), "b", "avatar")) << n;
  }
}

}  // namespace
}  // namespace rookery::api

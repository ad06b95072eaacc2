#include "rookery/app/admin.h"

namespace rookery::app {

base::Result<AdminAnswer> perform(AdminBackend& backend, const AdminRequest& request) {
  switch (request.action) {
    case AdminRequest::Action::kAddUser:
      return backend.addUser({.username = request.user,
                              .email = request.email,
                              .password = request.password,
                              .isAdmin = request.isAdmin});
    case AdminRequest::Action::kSetPassword:
      return backend.setPassword(request.user, request.password);
    case AdminRequest::Action::kDisableUser:
      return backend.disableUser(request.user);
    case AdminRequest::Action::kMakeAdmin:
      return backend.makeAdmin(request.user);
    case AdminRequest::Action::kIssueToken:
      return backend.issueToken(request.user, request.ttl);
    case AdminRequest::Action::kIssueCode:
      return backend.issueCode(request.user);
    case AdminRequest::Action::kBackup:
    case AdminRequest::Action::kExport:
    case AdminRequest::Action::kVacuum:
    case AdminRequest::Action::kImport:
      return backend.onStore(request);
  }
  return base::fail(base::ErrorCode::kInternal, "no such request");
}

}  // namespace rookery::app

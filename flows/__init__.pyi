"""The door of the flows: what the agent may use of them, and where each name lives."""

from flows.browser.hosts import (
    HostPolicy as HostPolicy,
    PersonRules as PersonRules,
)
from flows.browser.launch import (
    Browser as Browser,
    is_usable as is_usable,
    memory_of as memory_of,
    open_browser as open_browser,
)
from flows.browser.options import BrowserOptions as BrowserOptions, require_browser as require_browser
from flows.browser.network import (
    environment_proxies as environment_proxies,
    is_loopback as is_loopback,
    is_safe_endpoint as is_safe_endpoint,
    parse_proxy as parse_proxy,
    proxy_problem as proxy_problem,
)
from flows.browser.rules import (
    plain_path as plain_path,
)
from flows.catalogue.adopted import (
    ADOPTED_PREFIX as ADOPTED_PREFIX,
    Adopted as Adopted,
    AdoptedKind as AdoptedKind,
    Overlaid as Overlaid,
    chrome_text as chrome_text,
    digest_of as digest_of,
    lay_under as lay_under,
)
from flows.catalogue.check import (
    PageCheck as PageCheck,
    check_pages as check_pages,
)
from flows.catalogue.coverage import (
    Coverage as Coverage,
    coverage_of as coverage_of,
)
from flows.catalogue.drift import (
    drift_of as drift_of,
)
from flows.catalogue.load import (
    MAIL_CODE_FILES as MAIL_CODE_FILES,
    REGISTRATION_FILES as REGISTRATION_FILES,
    Catalogue as Catalogue,
    load_catalogue as load_catalogue,
)
from flows.catalogue.recognise import (
    UNKNOWN_SCREEN as UNKNOWN_SCREEN,
    Recognition as Recognition,
)
from flows.catalogue.recorded_page import (
    KeptPage as KeptPage,
    RecordedPage as RecordedPage,
    find_pages as find_pages,
    page_file as page_file,
    shipped_pages as shipped_pages,
)
from flows.catalogue.schema import (
    ScreenKind as ScreenKind,
)
from flows.errors import (
    AccountNotOfferedError as AccountNotOfferedError,
    BrowserLostError as BrowserLostError,
    BrowserMissingError as BrowserMissingError,
    Disposition as Disposition,
    FlowError as FlowError,
    InvitationClosedError as InvitationClosedError,
    WrongIdentityError as WrongIdentityError,
)
from flows.insights.read import (
    InsightsReading as InsightsReading,
    PageReading as PageReading,
    read_insights as read_insights,
)
from flows.insights.sighting import (
    Absence as Absence,
    Settled as Settled,
)
from flows.invitation.accept import (
    accept_invitation as accept_invitation,
)
from flows.learning.conflicts import (
    Conflicts as Conflicts,
    OthersPage as OthersPage,
    conflicts_of as conflicts_of,
)
from flows.learning.draft import (
    Draft as Draft,
    drafts_of as drafts_of,
    passing as passing,
)
from flows.marketplaces import (
    GIVEN_ID as GIVEN_ID,
    HOST_REGIONS as HOST_REGIONS,
    MARKETPLACES as MARKETPLACES,
    marketplace as marketplace,
)
from flows.models import (
    Acceptance as Acceptance,
    AcceptanceOutcome as AcceptanceOutcome,
    Act as Act,
    AuditReading as AuditReading,
    Bounds as Bounds,
    Credentials as Credentials,
    FlowHooks as FlowHooks,
    Grid as Grid,
    InvitationLink as InvitationLink,
    PermissionRow as PermissionRow,
    SellerAccount as SellerAccount,
)
from flows.permission_values import (
    Level as Level,
    PageGap as PageGap,
    PageGapKind as PageGapKind,
    PageProbe as PageProbe,
    ProbeAnswer as ProbeAnswer,
)
from flows.data_files import (
    selectors_root as selectors_root,
)
from flows.words import (
    fold as fold,
    squeeze as squeeze,
)
from flows.permissions.audit import (
    audit_at_once as audit_at_once,
    audit_permissions as audit_permissions,
)
from flows.permissions.capture import (
    capture_rows as capture_rows,
)
from flows.permissions.explain.explain import explain_grid as explain_grid
from flows.permissions.explain.explained import Explanation as Explanation, Wanted as Wanted
from flows.permissions.explain.sheet import (
    legend as legend,
)
from flows.permissions.page_reader import PageReader as PageReader
from flows.permissions.accounting.chrome import (
    why_not_chrome as why_not_chrome,
)
from flows.recording.evidence import (
    capture as capture,
    write_private as write_private,
)
from flows.recording.outcome import (
    outcome_of as outcome_of,
)
from flows.recording.recorder import (
    Recorder as Recorder,
    recording_aside as recording_aside,
    recording_visit as recording_visit,
)
from flows.recording.scrubbing.found_secrets import (
    is_drawn as is_drawn,
    telling_in as telling_in,
)
from flows.recording.scrubbing.volatile import (
    find_volatile as find_volatile,
)
from flows.recording.shape import (
    outline as outline,
)
from flows.recording.step_pictures import (
    draw_steps as draw_steps,
)
from flows.recording.visit import (
    RecordedVisit as RecordedVisit,
    Snapshot as Snapshot,
    StoppedAtStepError as StoppedAtStepError,
)
from flows.redaction.redact import (
    Redactor as Redactor,
)
from flows.redaction.seeds import (
    seed_forms as seed_forms,
)
from flows.registration.create_login import (
    create_login as create_login,
)
from flows.registration.errand import (
    EarlierRotation as EarlierRotation,
    Enrolment as Enrolment,
    LoginErrand as LoginErrand,
    RotationErrand as RotationErrand,
)
from flows.registration.errors import (
    LoginExistsError as LoginExistsError,
    NotOnError as NotOnError,
    RegistrationRefusedError as RegistrationRefusedError,
    RegistrationUnansweredError as RegistrationUnansweredError,
    SeedUnknownError as SeedUnknownError,
)
from flows.registration.rotate import (
    rotate_authenticator as rotate_authenticator,
)
from flows.sign_in.sign_in import (
    ensure_signed_in as ensure_signed_in,
)
from flows.survey.guided import (
    GuidedSurvey as GuidedSurvey,
)
from flows.survey.noticing import (
    ScreenSight as ScreenSight,
    StageEnd as StageEnd,
    SurveyedVisit as SurveyedVisit,
)
from flows.takeover.hands import (
    Hands as Hands,
    NativeList as NativeList,
    RefusedInputError as RefusedInputError,
)
from flows.takeover.taken_page import (
    TakenPage as TakenPage,
    taken_page as taken_page,
)
from flows.takeover.outline import (
    OutlineEntry as OutlineEntry,
)
from flows.takeover.person_steps import (
    PersonStep as PersonStep,
    steps_as_json as steps_as_json,
)
from flows.takeover.screencast import (
    Picture as Picture,
)
from flows.visit.hand_over import (
    Handed as Handed,
    HandedBack as HandedBack,
    HandOver as HandOver,
)
from flows.visit.open_visit import (
    open_visit as open_visit,
)
from flows.visit.visit import (
    Visit as Visit,
)

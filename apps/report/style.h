// How a page looks.
#pragma once

namespace cmgems::apps::report {

/// CSS. The colours of the series are those of Okabe and Ito (2008), which colour-blind readers tell apart, darker on
/// light ground where they would be faint.
extern const char* const kStyle;

}  // namespace cmgems::apps::report

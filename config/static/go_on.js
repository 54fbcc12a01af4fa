// What was sent goes on by itself once it is shown who is there.
"use strict";

document.getElementById("go-on").requestSubmit();

// Hand the browser's time zone in with the form, so that pages show the person's own time.

const field = document.querySelector('input[name="time_zone"]');
if (field) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

"""The questionnaire, one question at a time, and the advice with its reasons."""

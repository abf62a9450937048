"""Addresses of reviews, follow-ups and answers."""

from django.urls import URLPattern, path

from crm.views import answers, malice, review, reviews, tasks, topics

urlpatterns: list[URLPattern] = [
    path("service/tasks/", tasks.tasks, name="tasks"),
    path("service/tasks/<int:task_id>/", tasks.task, name="task"),
    path("service/reviews/", reviews.reviews, name="reviews"),
    path("service/reviews/topics/", topics.review_topics, name="review_topics"),
    path("service/reviews/malicious/", malice.malice_files, name="malice_files"),
    path("service/reviews/malicious/<int:file_id>/", malice.malice_file, name="malice_file"),
    path(
        "service/reviews/malicious/<int:file_id>/export.<str:form>",
        malice.malice_export,
        name="malice_export",
    ),
    path("service/reviews/proofs/<int:proof_id>/", malice.malice_proof, name="malice_proof"),
    path("service/reviews/<int:review_id>/", review.review, name="review"),
    path("service/answers/", answers.answers, name="answers"),
    path("service/answers/questions/", answers.questions, name="questions"),
    path("service/answers/<int:answer_id>/", answers.answer, name="answer"),
]

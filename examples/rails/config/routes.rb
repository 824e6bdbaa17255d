Rails.application.routes.draw { resources :orders, only: %i[index create] }
